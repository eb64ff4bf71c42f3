"""What is still to be done once a case has ended: by whom, and until when."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from aftercare_chassis.sentences import in_zone

from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.reasons import Label
from aftersale_svc.domain.cases.refused_goods.codes import RefusedGoodsState
from aftersale_svc.domain.deadlines.ledger import Deadline, DocumentKind
from aftersale_svc.domain.guarantee_claims.codes import GuaranteeState
from aftersale_svc.domain.wording.amounts import amount
from aftersale_svc.domain.wording.context import CaseContext
from aftersale_svc.domain.wording.guarantee_claims import GUARANTEE_STATES
from aftersale_svc.domain.wording.refused_goods import REFUSED_GOODS_STATES

_ENDED = Label("售后已结束", "The case has ended")
_NOBODY = Label("售后已结束，无需处理", "The case has ended; nobody has to act")
_FREIGHT = ("商家应支付退货运费 {}", "The merchant has to pay {} of the freight of the return")
_CHARGE = ("商家应退还买家已付的 {}", "The merchant has to give back {} that the buyer has paid")
_DEBT = ("买家应返还 {}", "The buyer has to pay back {}")
_CAME_BACK = (
    "退回商家的 {} 由商家按订单退还",
    "The merchant has to give back {}, which came back to it, with the order",
)
_INSURED = (
    "买家可申请运费险赔付退货运费，最多 {}",
    "The buyer can claim up to {} of the freight of the return from its insurance",
)


def ended(full: FullCase, context: CaseContext) -> Label:
    """That the case has ended, and what each side has still to do about it."""
    left = [*_owed(full, context), *(_claim(each, context.zone) for each in context.claims)]
    if not left:
        return _NOBODY
    return Label(
        "；".join([_ENDED.zh, *(each.zh for each in left)]), ". ".join([_ENDED.en, *(each.en for each in left)])
    )


def _owed(full: FullCase, context: CaseContext) -> Iterator[Label]:
    freight, charge, refund = full.return_freight, full.charge, full.refund
    sums = (
        (_FREIGHT, 0 if freight is None else freight.to_pay_minor),
        (_CHARGE, 0 if charge is None else charge.to_return_minor),
        (_CAME_BACK, 0 if refund is None else refund.came_back_minor or 0),
        (_DEBT, context.debt_minor),
        (_INSURED, context.claimable_minor),
    )
    return (amount(*text, minor, full.case) for text, minor in sums if minor)


def _claim(deadline: Deadline, zone: ZoneInfo) -> Label:
    """Whom an open claim beside the case waits for."""
    if deadline.document is DocumentKind.REFUSED_GOODS_CLAIM:
        where = REFUSED_GOODS_STATES[RefusedGoodsState(deadline.document_state)]
    else:
        found = GUARANTEE_STATES[GuaranteeState(deadline.document_state)]
        where = Label(f"保障单：{found.zh}", f"In the claim on a guarantee: {found.en}")
    if deadline.due_at is None:
        return where
    time = in_zone(deadline.due_at, zone)
    return Label(f"{where.zh}，截止 {time}", f"{where.en}, until {time}")
