"""What the case in memory holds of its line."""

from typing import Any

from aftersale_svc.domain.money.model import LineHold

OF_CASE = ("type", "state", "stage", "reason", "liable", "reject_reason", "shipping_refund_minor", "difference_minor")


def line_hold(snapshot: Any) -> LineHold:
    """The row of HOLDS_OF_ORDER for this snapshot."""
    case, line, hold = snapshot.case, snapshot.line, snapshot.hold
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
        accepted=line.accepted,
    )
