"""When the money of a case counts as on its way, by the provider or without it."""

from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.states import CaseState

_WAITS = frozenset({CaseState.OFFLINE_REFUND_CONFIRM, CaseState.MANUAL_REVIEW, CaseState.DISPUTED})


def is_stated_outside(full: FullCase) -> bool:
    """Whether it is stated that the money of the refund decided last was given back outside the provider, and that waits for an answer: of
    the buyer, where that was silent of an agent as well, or of a dispute."""
    stated, refund = full.offline_refund, full.refund
    if stated is None or not stated.is_open or full.case.state not in _WAITS:
        return False
    return refund is not None and refund.id == stated.failed_refund_id


def is_being_refunded(full: FullCase) -> bool:
    """Whether the money is on its way: by the provider, or without it, until that was answered."""
    return full.case.state is CaseState.REFUNDING or is_stated_outside(full)
