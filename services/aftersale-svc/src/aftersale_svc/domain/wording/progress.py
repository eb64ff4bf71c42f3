"""How far a case is: by its state, that of the dispute that stops it, and by what a shipment to the buyer waits for."""

from collections.abc import Mapping

from aftersale_svc.domain.cases import lifecycle
from aftersale_svc.domain.cases.charges.policy import is_awaited
from aftersale_svc.domain.cases.codes import RejectedBy
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.model import CaseAction, CaseState
from aftersale_svc.domain.cases.reasons import Label
from aftersale_svc.domain.disputes.model import DisputeState
from aftersale_svc.domain.wording.amounts import amount
from aftersale_svc.domain.wording.disputes import DISPUTE_STATES
from aftersale_svc.domain.wording.states import STATE_NAMES

_OFFERED = Label(
    "商家逾期未发货，买家可改为退款，或继续等待",
    "The merchant has not sent the goods in time; the buyer may take the money instead, or wait",
)
_TO_HOLD = ("等待买家同意担保 {}", "The buyer has to agree that {} is held until the goods are back")
_TO_AGREE = ("等待买家同意补付 {}", "The buyer has to agree to pay {}")
_TO_PAY = (
    "等待买家补付已同意的 {}，商家登记到账后发货",
    "The buyer has to pay {}, as agreed; the merchant records the payment, and then sends the goods",
)
_TO_CONFIRM = (
    "买家声明已补付 {}，等待商家确认到账",
    "The buyer states to have paid {}; the merchant has to confirm that, and then sends the goods",
)
_REJECTED: Mapping[RejectedBy, Label] = {
    RejectedBy.SELLER: Label("商家已拒绝", "The merchant has rejected the request"),
    RejectedBy.AGENT: Label("平台客服已拒绝", "An agent of the platform has rejected the request"),
}


def progress(full: FullCase) -> Label:
    """How far the case is."""
    if full.stop is not None:
        dispute = DISPUTE_STATES[DisputeState(full.stop.state)]
        return Label(f"维权处理中，售后单已冻结：{dispute.zh}", f"Stopped by a dispute: {dispute.en}")
    if full.case.state is CaseState.REJECTED and full.case.rejected_by is not None:
        return _REJECTED[full.case.rejected_by]
    waits = _awaited(full) if full.case.state is CaseState.AWAIT_RESHIP else None
    return waits or STATE_NAMES[full.case.state]


def _awaited(full: FullCase) -> Label | None:
    """What the merchant waits for before sending goods; None where nothing keeps them from it."""
    case, charge, sent = full.case, full.charge, full.replacement
    if charge is not None and charge.waits_for_confirmation and is_awaited(full):
        return amount(*_TO_CONFIRM, charge.amount_minor, case)
    if sent is not None and sent.refund_offered_at is not None:
        return _OFFERED
    if not full.is_hold_agreed and (case.state, CaseAction.AGREE_HOLD) in lifecycle.of(case).transitions:
        return amount(*_TO_HOLD, case.requested_minor, case)
    if charge is None or not is_awaited(full):
        return None
    return amount(*(_TO_AGREE if charge.is_open else _TO_PAY), charge.amount_minor, case)
