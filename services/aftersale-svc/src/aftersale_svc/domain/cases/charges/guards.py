"""What bars the steps of a charge, and what a charge bars."""

from aftercare_chassis.lifecycle import Guard
from aftercare_chassis.refusals import Refusal

from aftersale_svc.domain.cases.charges.errors import (
    ChargeAgreed,
    ChargeNotAgreed,
    ChargePaid,
    ChargeReturnByMerchant,
    ChargeUnpaid,
    NoPaymentStated,
    NothingOwed,
    NothingToReturn,
    PaymentJudged,
    PaymentNotDenied,
    PaymentStated,
    PaymentStatedTooOften,
)
from aftersale_svc.domain.cases.charges.policy import MOST_STATEMENTS, is_awaited, is_undone
from aftersale_svc.domain.cases.full_case import CaseFacts
from aftersale_svc.domain.cases.model import Case


def _nothing_owed(_: Case, facts: CaseFacts | None) -> Refusal | None:
    found = None if facts is None else facts.full.charge
    return None if facts is None or (found is not None and found.amount_minor) else NothingOwed()


def _agreed(_: Case, facts: CaseFacts | None) -> Refusal | None:
    found = None if facts is None else facts.full.charge
    return ChargeAgreed() if found is not None and found.agreed_at is not None else None


def _not_agreed(_: Case, facts: CaseFacts | None) -> Refusal | None:
    found = None if facts is None else facts.full.charge
    return ChargeNotAgreed() if found is not None and found.is_open else None


def _paid(_: Case, facts: CaseFacts | None) -> Refusal | None:
    found = None if facts is None else facts.full.charge
    return ChargePaid() if found is not None and found.paid_at is not None else None


def _unpaid(case: Case, facts: CaseFacts | None) -> Refusal | None:
    return ChargeUnpaid() if facts is not None and is_awaited(facts.full) else None


def _not_paid_late(case: Case, facts: CaseFacts | None) -> Refusal | None:
    """A payment that arrives after what it was for was given up is recorded as well, and owed back at once."""
    found = None if facts is None else facts.full.charge
    if facts is None or (found is not None and found.is_claimed_unpaid and is_undone(facts.full)):
        return None
    return _paid(case, facts) or NothingOwed()


def _stated(_: Case, facts: CaseFacts | None) -> Refusal | None:
    found = None if facts is None else facts.full.charge
    return PaymentStated() if found is not None and found.waits_for_confirmation else None


def _not_stated(_: Case, facts: CaseFacts | None) -> Refusal | None:
    found = None if facts is None else facts.full.charge
    return None if facts is None or (found is not None and found.waits_for_confirmation) else NoPaymentStated()


def _never_stated(_: Case, facts: CaseFacts | None) -> Refusal | None:
    """An agent decides about a payment that was denied before, too."""
    found = None if facts is None else facts.full.charge
    known = found is not None and found.stated_at is not None and found.paid_at is None
    return None if facts is None or known else NoPaymentStated()


def _not_stated_late(case: Case, facts: CaseFacts | None) -> Refusal | None:
    """What was stated before its purpose was given up is answered all the same; confirmed, it is owed back at once."""
    if facts is not None and not is_undone(facts.full):
        return NoPaymentStated()
    return _not_stated(case, facts)


def _stated_too_often(_: Case, facts: CaseFacts | None) -> Refusal | None:
    found = None if facts is None else facts.full.charge
    used_up = found is not None and found.statements >= MOST_STATEMENTS
    return PaymentStatedTooOften(most=MOST_STATEMENTS) if used_up else None


def _not_denied(_: Case, facts: CaseFacts | None) -> Refusal | None:
    found = None if facts is None else facts.full.charge
    return None if facts is None or (found is not None and found.is_denied) else PaymentNotDenied()


def _judged(_: Case, facts: CaseFacts | None) -> Refusal | None:
    found = None if facts is None else facts.full.charge
    return PaymentJudged() if found is not None and found.is_denied and found.denied_by_agent else None


def _nothing_to_return(_: Case, facts: CaseFacts | None) -> Refusal | None:
    found = None if facts is None else facts.full.charge
    return None if facts is None or (found is not None and found.to_return_minor) else NothingToReturn()


def _by_merchant(case: Case, facts: CaseFacts | None) -> Refusal | None:
    found, actor = (None, None) if facts is None else (facts.full.charge, facts.actor)
    if found is None or actor is None or actor.role != "agent" or not found.return_by_merchant:
        return None
    return ChargeReturnByMerchant(amount=found.amount_minor, currency=case.currency)


RETURN_BY_MERCHANT = Guard(ChargeReturnByMerchant.code, _by_merchant)
NOT_PAID_LATE = Guard(NothingOwed.code, _not_paid_late)
NOTHING_TO_RETURN = Guard(NothingToReturn.code, _nothing_to_return)
NOTHING_OWED = Guard(NothingOwed.code, _nothing_owed)
CHARGE_AGREED = Guard(ChargeAgreed.code, _agreed)
CHARGE_NOT_AGREED = Guard(ChargeNotAgreed.code, _not_agreed)
CHARGE_PAID = Guard(ChargePaid.code, _paid)
CHARGE_UNPAID = Guard(ChargeUnpaid.code, _unpaid)
PAYMENT_STATED = Guard(PaymentStated.code, _stated)
"""The merchant has to answer first."""
NO_PAYMENT_STATED = Guard(NoPaymentStated.code, _not_stated)
NEVER_STATED = Guard(NoPaymentStated.code, _never_stated)
NOT_STATED_LATE = Guard(NoPaymentStated.code, _not_stated_late)
STATED_TOO_OFTEN = Guard(PaymentStatedTooOften.code, _stated_too_often)
PAYMENT_NOT_DENIED = Guard(PaymentNotDenied.code, _not_denied)
PAYMENT_JUDGED = Guard(PaymentJudged.code, _judged)
