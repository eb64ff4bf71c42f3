"""What bars a statement about a refund outside the payment provider."""

from aftercare_chassis.lifecycle import Guard
from aftercare_chassis.refusals import Refusal

from aftersale_svc.domain.cases.codes import RefundState
from aftersale_svc.domain.cases.full_case import CaseFacts
from aftersale_svc.domain.cases.model import Case
from aftersale_svc.domain.cases.offline_refunds.errors import NoRefundRefused


def _not_refused(_: Case, facts: CaseFacts | None) -> Refusal | None:
    refund = None if facts is None else facts.full.refund
    return None if refund is not None and refund.state is RefundState.FAILED else NoRefundRefused()


REFUND_NOT_REFUSED = Guard(NoRefundRefused.code, _not_refused)
