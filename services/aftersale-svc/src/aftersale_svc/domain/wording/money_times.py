"""When the money of a case goes back, in words."""

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from aftercare_chassis.sentences import in_zone

from aftersale_svc.domain.cases.codes import Money, RefundState
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.model import Case, CaseState
from aftersale_svc.domain.cases.offline_refunds.policy import is_stated_outside
from aftersale_svc.domain.cases.outcomes import money_outcome
from aftersale_svc.domain.cases.reasons import Label
from aftersale_svc.domain.cases.types import ENDED, TYPES
from aftersale_svc.domain.wording.returned_goods import is_decided_by_agent, lacks_replacement

_S = CaseState
_REVIEWED = frozenset({_S.PENDING_REVIEW, _S.MANUAL_REVIEW, _S.OFFER_PENDING, _S.AWAIT_SUPPLEMENT})
_AFTER_REVIEW = Label("申请通过后退款", "The money goes back once the request was approved")
_AFTER_RETURN = Label(
    "申请通过、商品寄回并验收后退款",
    "The money goes back once the request was approved, and the returned goods were inspected",
)
_AFTER_REFUSAL = Label("平台客服决定后再次退款", "The money goes back once an agent has had the refund tried again")
_AFTER_DECISION = Label("平台客服决定后退款", "The money goes back once an agent has decided so")
_AFTER_SENDING = Label("商品寄回并验收后退款", "The money goes back once the goods were sent back and inspected")
_AFTER: Mapping[CaseState, Label] = {
    _S.AWAIT_BUYER_SHIPMENT: _AFTER_SENDING,
    _S.AWAIT_PICKUP: _AFTER_SENDING,
    _S.RETURN_IN_TRANSIT: Label(
        "商品送达并验收后退款", "The money goes back once the goods have arrived and were inspected"
    ),
    _S.AWAIT_INSPECTION: Label("商品验收通过后退款", "The money goes back once the goods were inspected and accepted"),
    _S.DISPUTED: Label("维权结束后按结果退款", "Whether and when money goes back follows from the end of the dispute"),
    _S.AWAIT_RESHIP: Label("买家收到换货商品后退款", "The money goes back once the buyer has the replacement"),
    _S.RESHIP_IN_TRANSIT: Label("买家收到换货商品后退款", "The money goes back once the buyer has the replacement"),
}
"""By the state that the case waits in, where money is to go back."""


def money_when(full: FullCase, zone: ZoneInfo) -> Label | None:
    """When the money goes back; None where none does, or where it has gone back, as the merchant states at least."""
    case, refund = full.case, full.refund
    if case.state in ENDED or full.is_refunded:
        return None
    if is_stated_outside(full):
        return _AFTER.get(case.state)
    if refund is not None and not refund.amount.total_minor:
        return None
    if refund is not None and refund.state is RefundState.FAILED:
        return None if full.cover is not None else _AFTER_REFUSAL  # the claim on the deposit has its own times
    if case.state is _S.REFUNDING:
        return _until(case, zone)
    gives_back = money_outcome(case) is Money.REFUND or (case.difference_minor or 0) < 0 or lacks_replacement(full)
    if not gives_back:
        return None
    if is_decided_by_agent(full):
        return _AFTER_DECISION
    if case.state in _REVIEWED:
        return _AFTER_RETURN if TYPES[case.type].goods_come_back else _AFTER_REVIEW
    return _AFTER.get(case.state)


def _until(case: Case, zone: ZoneInfo) -> Label:
    if case.deadline_at is None:
        return Label("退款处理中", "The money is on its way")
    time = in_zone(case.deadline_at, zone)
    if case.late_since is not None:
        late = in_zone(case.late_since, zone)
        return Label(
            f"退款应于 {late} 前完成，支付渠道尚未给出结果，平台正在核查；款项仍应退还，结果确定前不会重复退款，请联系平台客服了解进展",
            f"The refund was due by {late}, the payment provider has not given its result, and the platform checks it; the money is still owed, and "
            "nothing is refunded twice before the result is known: ask customer service how far it is",
        )
    return Label(
        f"退款应在 {time} 前完成，逾期由平台核查",
        f"The money is to have gone back by {time}; after that, the platform checks the refund",
    )
