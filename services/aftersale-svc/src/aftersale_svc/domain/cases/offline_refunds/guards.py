"""What bars a statement about a refund outside the payment provider, and its answers."""

from aftercare_chassis.lifecycle import Guard
from aftercare_chassis.refusals import Refusal

from aftersale_svc.domain.cases.codes import RefundState
from aftersale_svc.domain.cases.full_case import CaseFacts
from aftersale_svc.domain.cases.manual_reviews.errors import SecondPersonNeeded
from aftersale_svc.domain.cases.model import Case
from aftersale_svc.domain.cases.offline_refunds.errors import NoOfflineRefundStated, NoRefundRefused
from aftersale_svc.domain.cases.offline_refunds.policy import is_stated_outside


def _not_refused(_: Case, facts: CaseFacts | None) -> Refusal | None:
    refund = None if facts is None else facts.full.refund
    return None if refund is not None and refund.state is RefundState.FAILED else NoRefundRefused()


def _not_stated(_: Case, facts: CaseFacts | None) -> Refusal | None:
    return None if facts is not None and is_stated_outside(facts.full) else NoOfflineRefundStated()


def _own_statement(_: Case, facts: CaseFacts | None) -> Refusal | None:
    if facts is None or facts.actor is None or facts.full.offline_refund is None:
        return None
    return SecondPersonNeeded() if facts.actor.id == facts.full.offline_refund.stated_by else None


REFUND_NOT_STATED = Guard(NoOfflineRefundStated.code, _not_stated)
OWN_STATEMENT = Guard(SecondPersonNeeded.code, _own_statement)
"""Who has stated that the money was given back does not decide that it has arrived."""
REFUND_NOT_REFUSED = Guard(NoRefundRefused.code, _not_refused)
