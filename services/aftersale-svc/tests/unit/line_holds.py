"""What the case in memory holds of its line."""

from typing import Any

from aftersale_svc.domain.cases.refused_goods.codes import UNBOUND
from aftersale_svc.domain.money.model import LineHold
from aftersale_svc.tables.goods.refused_goods_claims import REFUSED_GOODS_CLAIMS

OF_CASE = ("type", "state", "stage", "reason", "liable", "reject_reason", "shipping_refund_minor", "difference_minor")


def line_hold(snapshot: Any) -> LineHold:
    """The row of HOLDS_OF_ORDER for this snapshot."""
    case, line, hold = snapshot.case, snapshot.line, snapshot.hold
    goods = snapshot.sent.get(REFUSED_GOODS_CLAIMS.name)
    return LineHold(
        line_id=line.line_id,
        sku=line.sku,
        quantity=line.line_units,
        paid_minor=line.line_paid_minor,
        shipped_quantity=snapshot.shipped,
        case_id=case.id,
        **{name: getattr(case, name) for name in OF_CASE},
        hold=hold.state,
        units=hold.units,
        amount_minor=hold.amount_minor,
        refused_units=0 if goods is None or goods.state in UNBOUND else goods.units[line.line_id],
        accepted=line.accepted,
    )
