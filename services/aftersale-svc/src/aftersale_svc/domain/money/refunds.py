"""What a refund of a case gives back, and which units it is for."""

from collections.abc import Sequence

from aftercare_chassis.records import replace

from aftersale_svc.domain.cases.model import Case, CaseLine, RefundAmount
from aftersale_svc.domain.cases.return_freights.policy import buyer_pays_return
from aftersale_svc.domain.cases.shares import cumulative_share, spread
from aftersale_svc.domain.cases.types import TYPES
from aftersale_svc.domain.money.adjustments import due_by_line
from aftersale_svc.domain.money.fees import NO_FEES, ReturnFees, restocking_fee, sends_goods_back
from aftersale_svc.domain.money.freight import freight
from aftersale_svc.domain.money.model import GivenBack, LineHold
from aftersale_svc.domain.money.order_discounts import unearned
from aftersale_svc.domain.orders.model import Order


def refund_due(
    order: Order,
    case: Case,
    lines: Sequence[CaseLine],
    holds: Sequence[LineHold],
    fees: ReturnFees = NO_FEES,
    given: Sequence[GivenBack] = (),
) -> RefundAmount:
    """Return what a refund of these lines of the case gives back now; `holds` are what all cases of the order hold, `given` is what refunds
    of the others have given back.

    An amount that an accepted offer has agreed on takes the place of the share of the units. From any other, what the buyer
    bears of the return is deducted, and discounts that are no longer earned, at most until nothing is left.
    """
    if not TYPES[case.type].holds_units:
        due = sum(due_by_line(case.id, lines, holds).values())
        return RefundAmount(due if case.agreed_minor is None else min(due, case.agreed_minor), 0)
    units = {line.line_id: line.refund_units for line in lines}
    if case.agreed_minor is not None:
        return RefundAmount(_agreed_share(case.agreed_minor, lines), 0)
    shares, out = sum(line.refund_minor for line in lines), freight(order, case, units, holds)
    return _deducted(order, case, lines, holds, fees, given, RefundAmount(shares, out))


def refund_expected(
    order: Order,
    case: Case,
    lines: Sequence[CaseLine],
    holds: Sequence[LineHold],
    fees: ReturnFees,
    given: Sequence[GivenBack],
) -> RefundAmount:
    """Return what the whole of an open case that takes units gives back if all of it is granted, with the freight that it shows;
    otherwise as `refund_due`. An agreed amount is no matter of it.
    """
    whole = RefundAmount(case.requested_minor, case.shipping_refund_minor)
    return _deducted(order, case, lines, holds, fees, given, whole)


def _deducted(
    order: Order,
    case: Case,
    lines: Sequence[CaseLine],
    holds: Sequence[LineHold],
    fees: ReturnFees,
    given: Sequence[GivenBack],
    whole: RefundAmount,
) -> RefundAmount:
    """The whole less what the buyer bears of the return, and less discounts that are no longer earned."""
    restocking = restocking_fee(case, lines, fees)
    back = fees.return_freight_minor if sends_goods_back(case) and buyer_pays_return(case) else 0
    amount = replace(whole, restocking_minor=restocking, return_freight_minor=min(back, whole.total_minor - restocking))
    return replace(amount, unearned=unearned(order, case, lines, holds, given, amount.total_minor))


def _agreed_share(agreed_minor: int, lines: Sequence[CaseLine]) -> int:
    """Return what an agreed amount gives back for the units that a refund is for; for all units it is that amount."""
    parts = spread(agreed_minor, [line.amount_minor for line in lines])
    found = zip(lines, parts, strict=True)
    return sum(cumulative_share(part, line.quantity, line.refund_units) for line, part in found)


def refunded_lines(
    lines: Sequence[CaseLine], refunded: RefundAmount, *, keeps_goods: bool = False
) -> list[tuple[CaseLine, int, int]]:
    """Return which units of each line a refund was for, and its part of the money in minor units without the freight.

    Where the buyer keeps the goods, it is for the units of a line of which all is paid back; otherwise it lowers their price.
    """
    parts = spread(refunded.units_minor, [line.refund_minor for line in lines])
    found = zip(lines, parts, strict=True)
    return [(line, _units(line, minor, keeps_goods), minor) for line, minor in found if line.refund_units]


def _units(line: CaseLine, minor: int, keeps_goods: bool) -> int:
    lowers = keeps_goods and not 0 < line.refund_minor <= minor
    return 0 if lowers else line.refund_units
