"""Why a request was rejected, a case closed, or an agent has to decide, as a sentence."""

from collections.abc import Mapping

from aftersale_svc.domain.cases.codes import CloseCause, EscalationCause, HandlingReason
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.model import Case
from aftersale_svc.domain.cases.outcome_reasons import CLOSE_CAUSES, OUTCOMES, REJECT_REASONS
from aftersale_svc.domain.cases.price_checks import PriceCheck
from aftersale_svc.domain.cases.reasons import Label
from aftersale_svc.domain.cases.states import CaseState

_AFTER_REJECTION = frozenset({CloseCause.REJECTED, CloseCause.REJECTION_ACCEPTED, CloseCause.REAPPLIED})
_C = CloseCause
_STATED_BY_STEP = frozenset(
    {
        _C.REJECTION_ACCEPTED,
        _C.CLOSED_BY_AGENT,
        _C.VERDICT,
        _C.ORDER_CANCELLED,
        _C.UNITS_SHIPPED,
        _C.UNITS_CANCELLED,
        _C.REAPPLIED,
    }
)
"""The causes that are the step itself: who accepts a rejection has closed the case by that."""
_E = EscalationCause
REVIEW_CAUSES: Mapping[EscalationCause, Label] = {
    _E.REVIEW_HANDED_OVER: Label("审核被转交平台客服", "the review was handed over"),
    _E.AGENT_LATE: Label("平台客服逾期未处理", "an agent has not decided in time"),
    _E.RETURN_NOT_DELIVERED: Label("退货丢失或未按期送达", "the returned goods were lost, or have not arrived in time"),
    _E.REFUND_LATE: Label("退款未按期完成", "the refund was not done in time"),
    _E.REFUND_FAILED: Label("退款失败", "the refund failed"),
    _E.RETURN_ADDRESS_MISSING: Label("商家未按期填写退货地址", "the merchant has not given the return address in time"),
    _E.ANSWER_LATE: Label("商家未按期答复咨询", "the merchant has not answered the question in time"),
    _E.REPLACEMENT_LATE: Label("未按期发货", "the goods were not sent in time"),
    _E.REPLACEMENT_NOT_DELIVERED: Label(
        "商家寄出的商品丢失或未按期送达", "the goods sent to the buyer were lost, or have not arrived in time"
    ),
    _E.REPLACEMENT_ANOMALY: Label(
        "买家反馈收到的商品有问题", "the buyer reported that something is wrong with the goods received"
    ),
    _E.REPAIR_LATE: Label("商家未按期完成维修", "the merchant has not repaired the goods in time"),
    _E.RETURN_REFUSED: Label(
        "商家未通过退货的验收，需平台核实", "the merchant refused returned goods, which the platform has to look at"
    ),
    _E.OFFLINE_REFUND_DENIED: Label("买家表示未收到线下退款", "the buyer denied that the money has arrived"),
    _E.RETURN_MISSING: Label(
        "快递显示退货已签收，但商家反馈未收到",
        "the courier reports the returned goods as delivered, and the merchant does not have them",
    ),
    _E.PAYMENT_DENIED: Label(
        "商家否认收到买家声明的付款", "the merchant denied that the payment of the buyer has arrived"
    ),
    _E.INSPECTION_LATE: Label(
        "商家未按期验收超过售后期限申请的退货",
        "the merchant has not inspected in time goods that were asked back after the after-sale window",
    ),
    _E.GOODS_NOT_RETURNED: Label(
        "买家未按期寄回已先行换货的商品", "the buyer has not sent back in time the goods that were replaced before"
    ),
    _E.OFFLINE_REFUND_UNCONFIRMED: Label(
        "买家未按期确认是否收到线下退款", "the buyer has not confirmed in time that the money has arrived"
    ),
    _E.PICKUP_REFUSED: Label("快递再次拒绝上门取件", "the courier refused once more to collect the goods"),
    _E.REFUND_REVERSED: Label(
        "已退款项被退回商家，仍欠买家", "the refund came back to the merchant, and is still owed to the buyer"
    ),
    _E.RETURN_ARRIVED_LATE: Label(
        "售后单关闭后退货送达商家", "the returned goods have arrived after the case was closed without them"
    ),
}


def why(case: Case) -> Label | None:
    """Why the case is rejected or closed, or an agent has to decide; None where that is not so, or is not known."""
    if case.state is CaseState.MANUAL_REVIEW and case.reviewed_for is not None:
        cause = REVIEW_CAUSES[case.reviewed_for]
        return Label(f"由平台客服处理，原因：{cause.zh}", f"An agent has to decide, because {cause.en}")
    if case.state is CaseState.REJECTED and case.reject_reason is not None:
        return _rejected(case)
    if case.state is not CaseState.CLOSED or case.close_cause is None:
        return None
    end = CLOSE_CAUSES[case.close_cause].label
    closed = Label(f"售后单已关闭，原因：{end.zh}", f"The case was closed, because {end.en}")
    if case.close_cause not in _AFTER_REJECTION or case.reject_reason is None:
        return closed
    rejected = _rejected(case)
    return Label(f"{rejected.zh}；{closed.zh}", f"{rejected.en}. {closed.en}")


def _rejected(case: Case) -> Label:
    assert case.reject_reason is not None
    reason = REJECT_REASONS[case.reject_reason].label
    return Label(f"申请被拒绝，原因：{reason.zh}", f"The request was rejected, because {reason.en}")


def reduced(full: FullCase) -> Label | None:
    """Why a price adjustment has granted less than was asked for; None where none has."""
    found = next(
        (each.reduction_reason for each in full.rows_of(PriceCheck) if each.reduction_reason is not None), None
    )
    if found is None:
        return None
    reason = REJECT_REASONS[found].label
    return Label(
        f"核定金额少于申请金额，原因：{reason.zh}", f"Less was granted than was asked for, because {reason.en}"
    )


def because(text: Label, reason: str | None) -> Label:
    """The sentence of a step with why it rejected or closed the case, where it did and does not state it itself."""
    if reason == HandlingReason.UNSPECIFIED:
        return Label(f"{text.zh}，未说明原因", f"{text.en}, and gave no reason")
    row = None if reason is None or reason in _STATED_BY_STEP else OUTCOMES.get(reason)
    return text if row is None else Label(f"{text.zh}，原因：{row.label.zh}", f"{text.en}, because {row.label.en}")
