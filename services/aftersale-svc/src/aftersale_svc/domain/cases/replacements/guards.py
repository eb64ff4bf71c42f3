"""What bars the steps of a replacement besides the state of the case and the role of the actor."""

from aftercare_chassis.lifecycle import Guard
from aftercare_chassis.refusals import Refusal

from aftersale_svc.domain.cases.charges.guards import CHARGE_UNPAID
from aftersale_svc.domain.cases.full_case import CaseFacts
from aftersale_svc.domain.cases.model import Case, CaseAction
from aftersale_svc.domain.cases.reasons import NOT_RECEIVED
from aftersale_svc.domain.cases.repairs.codes import RETURNED_ITSELF
from aftersale_svc.domain.cases.replacements.errors import (
    CreditDue,
    NoReplacementDecided,
    PriceDue,
    PriceNotDue,
    RefundNotOffered,
    RefundOffered,
    ReplacementAlreadyScanned,
    ReplacementDecided,
    ReplacementHasArrived,
)
from aftersale_svc.domain.cases.replacements.model import Replacement


def unless_replacement_decided(action: CaseAction) -> tuple[Guard]:
    """A replacement that was decided can be sent again, or its money refunded; the request is not judged again."""

    def refuses(_: Case, facts: CaseFacts | None) -> Refusal | None:
        return None if _of(facts) is None else ReplacementDecided(action=action)

    return (Guard(ReplacementDecided.code, refuses),)


def unless_replacement_binds(action: CaseAction) -> tuple[Guard]:
    """In place of a replacement that was not sent, something else is agreed where the buyer has the goods and no money is held for them."""

    def refuses(_: Case, facts: CaseFacts | None) -> Refusal | None:
        sent = _of(facts)
        if facts is None or sent is None:
            return None
        is_bound = sent.shipped_at is not None or facts.full.return_.is_sent_back or facts.full.money_hold is not None
        return ReplacementDecided(action=action) if is_bound else None

    return (Guard(ReplacementDecided.code, refuses),)


def _of(facts: CaseFacts | None) -> Replacement | None:
    return None if facts is None else facts.full.replacement


def _not_decided(_: Case, facts: CaseFacts | None) -> Refusal | None:
    return NoReplacementDecided() if facts is not None and facts.full.replacement is None else None


def _scanned(_: Case, facts: CaseFacts | None) -> Refusal | None:
    found = _of(facts)
    return None if found is None or found.scanned_at is None else ReplacementAlreadyScanned(scanned_at=found.scanned_at)


def _not_offered(case: Case, facts: CaseFacts | None) -> Refusal | None:
    found, charge = _of(facts), None if facts is None else facts.full.charge
    # Who has asked for more money leaves the buyer the choice until it is paid, also where it was lowered again.
    may_choose = charge is not None and charge.paid_at is None and case.difference_minor is not None
    if found is None or found.refund_offered_at is not None or may_choose:
        return None
    return RefundNotOffered()


def _offered(_: Case, facts: CaseFacts | None) -> Refusal | None:
    found = _of(facts)
    return None if found is None or found.refund_offered_at is None else RefundOffered()


def _owed_itself(case: Case, facts: CaseFacts | None) -> Refusal | None:
    """The whole price is no substitute for parts of units that the buyer keeps, nor for the buyer's own goods."""
    if facts is None:
        return None
    repair, is_here = facts.full.repair, facts.full.return_.delivered_at is not None
    is_own = repair is not None and repair.outcome in RETURNED_ITSELF
    return PriceNotDue() if is_own or not (is_here or case.reason in NOT_RECEIVED) else None


def _price_due(case: Case, facts: CaseFacts | None) -> Refusal | None:
    return None if _owed_itself(case, facts) else PriceDue()


def _credit_due(case: Case, _: object) -> Refusal | None:
    return CreditDue() if (case.difference_minor or 0) < 0 else None


def _delivered(_: Case, facts: CaseFacts | None) -> Refusal | None:
    found = _of(facts)
    return None if found is None or found.delivered_at is None else ReplacementHasArrived()


def _judged(_: Case, facts: CaseFacts | None) -> Refusal | None:
    found = _of(facts)
    return ReplacementHasArrived() if found is not None and found.is_with_buyer else None


def _waits_for_buyer(case: Case, facts: CaseFacts | None) -> Refusal | None:
    return _offered(case, facts) or CHARGE_UNPAID.refuses(case, facts)


REPLACEMENT_NOT_DECIDED = Guard(NoReplacementDecided.code, _not_decided)
REPLACEMENT_SCANNED = Guard(ReplacementAlreadyScanned.code, _scanned)
REFUND_NOT_OFFERED = Guard(RefundNotOffered.code, _not_offered)
PRICE_NOT_DUE = Guard(PriceNotDue.code, _owed_itself)
PRICE_IS_DUE = Guard(PriceDue.code, _price_due)
WAITS_FOR_BUYER = Guard("waits_for_buyer", _waits_for_buyer)
REFUND_OFFERED = Guard(RefundOffered.code, _offered)
CREDIT_DUE = Guard(CreditDue.code, _credit_due)
REPLACEMENT_DELIVERED = Guard(ReplacementHasArrived.code, _delivered)
REPLACEMENT_JUDGED = Guard(ReplacementHasArrived.code, _judged)
"""The buyer has it, and has reported what is wrong with it."""
