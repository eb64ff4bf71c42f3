"""Why requests are rejected, cases are closed and reviews are handed over, as a part of the table of reasons: what is shown, who gives it, who is liable."""

from collections.abc import Mapping
from dataclasses import dataclass

from aftersale_svc.domain.cases.codes import CloseCause, HandlingReason, Liable, RejectReason
from aftersale_svc.domain.cases.errors import HandlingReasonUnsuitable, RejectReasonUnsuitable
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.model import Case, CaseAction
from aftersale_svc.domain.cases.reasons import BUYER_LIABLE, Label
from aftersale_svc.domain.cases.states import CaseState
from aftersale_svc.domain.cases.types import TYPES
from aftersale_svc.domain.orders.model import Stage

_REVIEWERS = ("seller", "agent")
_PEOPLE = ("buyer", *_REVIEWERS)
_SYSTEM, _BUYER, _AGENT = ("system",), ("buyer",), ("agent",)
_IN_TRANSIT, _ONCE_SHIPPED = frozenset({Stage.IN_TRANSIT}), frozenset({Stage.IN_TRANSIT, Stage.POST_RECEIPT})
_DISPUTE = ("arbitrator", "buyer", "seller", "system")


@dataclass(frozen=True, slots=True)
class OutcomeRow:
    """One reason: its text, which goes on after "because", the roles that give it, and who is liable; None: it does not say.

    One about returned goods is given once they were `sent_back`, and one about goods that have left, or are under way, while they are at its
    `stages`; one about the time `after_window`, and one about goods that are not taken back `without_fault` of the merchant;
    one `of_prices` in a price adjustment.
    """

    label: Label
    by: tuple[str, ...]
    liable: Liable | None = None
    sent_back: bool = False
    stages: frozenset[Stage] = frozenset(Stage)
    after_window: bool = False
    without_fault: bool = False
    of_prices: bool = False


_R, _C, _H, _L = RejectReason, CloseCause, HandlingReason, Liable
REJECT_REASONS: Mapping[RejectReason, OutcomeRow] = {
    _R.OUTSIDE_WINDOW: OutcomeRow(
        Label("已超出售后期限", "the time for requests has passed"), _REVIEWERS, after_window=True
    ),
    _R.FINAL_SALE_CATEGORY: OutcomeRow(
        Label("该类商品不支持退换", "goods of this category cannot be returned"), _REVIEWERS, without_fault=True
    ),
    _R.USED_OR_AFFECTS_RESALE: OutcomeRow(
        Label("商品已使用或影响二次销售", "the goods were used, or cannot be sold again"),
        _REVIEWERS,
        _L.BUYER,
        stages=_ONCE_SHIPPED,
    ),
    _R.WRONG_WAYBILL: OutcomeRow(
        Label("运单号有误", "the waybill number is wrong"), _REVIEWERS, _L.BUYER, sent_back=True
    ),
    _R.NOT_OUR_ITEM: OutcomeRow(
        Label("退回的不是本店商品", "the goods are not those of the merchant"), _REVIEWERS, _L.BUYER
    ),
    _R.EMPTY_RETURN: OutcomeRow(Label("退回的包裹为空", "the returned parcel was empty"), _REVIEWERS, sent_back=True),
    _R.PARTS_MISSING: OutcomeRow(
        Label("退回的商品缺件", "parts of the returned goods are missing"), _REVIEWERS, _L.BUYER, sent_back=True
    ),
    _R.NO_DEFECT_FOUND: OutcomeRow(Label("未发现所述问题", "no defect was found"), _REVIEWERS, _L.BUYER),
    _R.REASON_UNTRUE: OutcomeRow(
        Label("申请原因与事实不符", "the reason of the request is not true"), _REVIEWERS, _L.BUYER
    ),
    _R.PACKAGE_IN_TRANSIT: OutcomeRow(
        Label("包裹仍在运输途中", "the parcel is still on its way"), _REVIEWERS, stages=_IN_TRANSIT
    ),
    _R.AGREED_CANCEL: OutcomeRow(
        Label("双方协商取消申请", "both sides agreed to end the request"), _REVIEWERS, _L.NOBODY
    ),
    _R.DIFFERENCE_SMALLER: OutcomeRow(
        Label("核实的差价小于申请金额", "the prices differ by less than was claimed"), _REVIEWERS, of_prices=True
    ),
}
CLOSE_CAUSES: Mapping[CloseCause, OutcomeRow] = {
    _C.BUYER_LATE: OutcomeRow(
        Label("买家逾期未寄回商品", "the buyer did not send the goods back in time"), _SYSTEM, _L.BUYER
    ),
    _C.REJECTED: OutcomeRow(
        Label("买家未在期限内回应拒绝", "the buyer did not respond to the rejection in time"), _SYSTEM
    ),
    _C.REJECTION_ACCEPTED: OutcomeRow(Label("买家接受了拒绝结果", "the buyer accepted the rejection"), _BUYER),
    _C.VERDICT: OutcomeRow(Label("维权结果如此", "the dispute was decided so"), _DISPUTE),
    _C.CLOSED_BY_AGENT: OutcomeRow(Label("平台客服关闭", "an agent of the platform closed it"), _AGENT),
    _C.ORDER_CANCELLED: OutcomeRow(Label("订单已取消", "the order was cancelled"), _SYSTEM),
    _C.UNITS_SHIPPED: OutcomeRow(Label("商品已发出", "the goods have left"), _SYSTEM),
    _C.UNITS_CANCELLED: OutcomeRow(
        Label(
            "商品已在订单中取消，款项随取消退还",
            "units of it were cancelled in the order, and their money goes back with that",
        ),
        _SYSTEM,
    ),
    _C.REAPPLIED: OutcomeRow(Label("买家重新提交了申请", "the buyer asked again with another request"), _BUYER),
    _C.HOLD_NOT_AGREED: OutcomeRow(
        Label("买家未同意款项担保", "the buyer did not agree to the hold on the money"), _SYSTEM
    ),
}
HANDLING_REASONS: Mapping[HandlingReason, OutcomeRow] = {
    _H.FACTS_UNCLEAR: OutcomeRow(Label("事实不清，需要核实", "the facts have to be found out"), _PEOPLE),
    _H.POLICY_UNCLEAR: OutcomeRow(Label("适用规则不明确", "it is not clear what the policies say"), _PEOPLE),
    _H.BEYOND_AUTHORITY: OutcomeRow(Label("超出处理权限", "it is for somebody with more authority"), _PEOPLE),
    _H.ABUSE_SUSPECTED: OutcomeRow(Label("疑似滥用售后", "after-sale service may be abused"), _PEOPLE),
    _H.AGREED_WITH_BUYER: OutcomeRow(Label("已与买家协商一致", "it was agreed with the buyer"), _REVIEWERS),
    _H.OTHER: OutcomeRow(Label("其他原因", "of something else"), _PEOPLE),
    _H.UNSPECIFIED: OutcomeRow(Label("未说明", "of a reason that was not given"), _PEOPLE),
}
OUTCOMES: Mapping[str, OutcomeRow] = dict([*REJECT_REASONS.items(), *CLOSE_CAUSES.items(), *HANDLING_REASONS.items()])
"""All of them by their codes, of which no two are the same."""

_A = CaseAction
EXPLAINED = frozenset(
    {
        *(_A.ESCALATE, _A.CANCEL, _A.REFUND, _A.RESHIP, _A.RESUME_REPAIR, _A.REPAIR_AGAIN),
        *(_A.CLAIM_HOLD, _A.RELEASE_HOLD, _A.WITHDRAW_OFFER, _A.DECLINE_DECISION),
    }
)
"""What merchants and agents decide for others, for whatever reason they may have: the action alone does not say why."""


def unexplained(action: str | None, role: str, note: str | None) -> HandlingReason | None:
    """The code that is recorded where this role has decided so and said nothing about it; None where it need not, or has."""
    explained = note is not None or role not in _REVIEWERS or action not in EXPLAINED
    return None if explained else HandlingReason.UNSPECIFIED


def check_handling_reason(reason: HandlingReason | None, role: str) -> None:
    """Refuse a reason that people of this role do not give. Raises: HandlingReasonUnsuitable."""
    allowed = [each for each, row in HANDLING_REASONS.items() if role in row.by]
    if reason is not None and reason not in allowed:
        raise HandlingReasonUnsuitable(pointer="/reason", allowed=allowed)


def check_reject_reason(full: FullCase, reason: RejectReason, pointer: str = "/reason") -> None:
    """Refuse a reason of a rejection that cannot be true of the case now. `pointer` is the field that the refusal is about.

    Raises:
        RejectReasonUnsuitable: it is about goods that were not sent back, or have not left, or about a parcel that is not on its way; the
            request came in time; or it is about what is wrong with the goods, which is asked for of goods of all categories.
    """
    allowed = [each for each, row in REJECT_REASONS.items() if _may_be_true(full, row)]
    if reason not in allowed:
        raise RejectReasonUnsuitable(pointer=pointer, allowed=allowed)


def _may_be_true(full: FullCase, row: OutcomeRow) -> bool:
    case = full.case
    return (
        case.stage in row.stages
        and (full.return_.is_sent_back or not row.sent_back)
        # The time in which prices are protected is a policy of the merchant: it is not known here.
        and (case.after_window or not row.after_window or TYPES[case.type].needs_prices)
        and (case.reason in BUYER_LIABLE or not row.without_fault)
        and (TYPES[case.type].needs_prices or not row.of_prices)
    )


def outcome_of(before: Case, after: Case) -> str | None:
    """The code of why this change has rejected or closed the case; None where it did neither."""
    if after.state is before.state:
        return None
    if after.state is CaseState.CLOSED:
        return after.close_cause
    return after.reject_reason if after.state is CaseState.REJECTED else None
