"""The freight of an order (docs/money.md R5): it goes back with the case whose units complete the return of all units, once."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from aftercare_chassis.records import replace

from aftersale_svc.domain.cases.codes import BUYER_KEEPS_GOODS, MERCHANT_LIABLE, Money
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.model import Case, CaseLine
from aftersale_svc.domain.cases.reasons import BUYER_LIABLE
from aftersale_svc.domain.cases.types import TYPES
from aftersale_svc.domain.money.codes import HoldState
from aftersale_svc.domain.money.model import LineHold
from aftersale_svc.domain.orders.model import Order, Stage


def keeps_for_less(full: FullCase) -> bool:
    """Whether the refund of the case, wherever it is, lowers the price of goods that the buyer keeps."""
    case, refund = full.case, full.refund
    if refund is None or refund.cause not in BUYER_KEEPS_GOODS:
        return False
    return refund.units_minor + case.paid_before_minor < case.requested_minor


def goes_back(hold: LineHold) -> bool:
    """Whether the units were refunded, or their refund is on its way."""
    on_its_way = hold.is_being_refunded and not hold.keeps_for_less
    return not hold.is_exchanged and (hold.hold is HoldState.SETTLED or on_its_way)


def is_expected_back(hold: LineHold) -> bool:
    """Whether the units are refunded if every open case ends as it was asked for."""
    refunds = hold.type is not None and TYPES[hold.type].money is Money.REFUND
    return goes_back(hold) or (refunds and hold.hold is HoldState.HELD and not hold.keeps_for_less)


def units_back(hold: LineHold, counts: Callable[[LineHold], bool] = goes_back) -> int:
    """The units of another case that are back, or on their way: all that its refund is for where it `counts`, else those of which a refund
    that has failed in part has given back all."""
    return hold.refund_units if hold.units and counts(hold) else hold.returned_units


def estimated(order: Order, case: Case, lines: Sequence[CaseLine], holds: Sequence[LineHold]) -> Case:
    """The case with the freight that it is expected to carry; after a refund was decided, with that refund's."""
    if case.refund_id is not None:
        return case
    units = {line.line_id: line.quantity for line in lines}
    return replace(case, shipping_refund_minor=expected_freight(order, case, units, holds))


def expected_freight(order: Order, case: Case, units: Mapping[str, int], holds: Sequence[LineHold]) -> int:
    """Return the freight, in minor units, of the case if every open case ends as it was asked for, and it the last."""
    if TYPES[case.type].money is not Money.REFUND:
        return 0
    return freight(order, case, units, holds, counts=is_expected_back)


def freight(
    order: Order,
    case: Case,
    units: Mapping[str, int],
    holds: Sequence[LineHold],
    counts: Callable[[LineHold], bool] = goes_back,
) -> int:
    """Return the freight, in minor units, that goes back with these units of the case.

    It is owed where they complete the return of all units of the order, `counts` choosing the units of other cases, and
    where each of those cases owes it. An agreed amount is all that goes back, freight included. What other cases carry of it already is subtracted. A case that takes no units carries
    none of it.
    """
    if case.agreed_minor is not None:
        return 0
    if not TYPES[case.type].holds_units:
        return 0
    others = [hold for hold in holds if hold.case_id not in (None, case.id) and units_back(hold, counts)]
    if not (_owes(case) and all(_owes(hold) for hold in others)):
        return 0
    back = Counter(units)
    for hold in others:
        back[hold.line_id] += units_back(hold, counts)
    if any(back[hold.line_id] + hold.gone_quantity < hold.quantity for hold in holds):
        return 0
    carried = {hold.case_id: hold.returned_freight_minor for hold in holds if hold.case_id != case.id}
    carried |= {hold.case_id: hold.shipping_refund_minor for hold in others if goes_back(hold)}
    return max(0, order.shipping_fee_minor - sum(carried.values()))


def _owes(case: Case | LineHold) -> bool:
    """Whether a case gives the buyer the right to the freight: before shipment, or where the merchant is liable."""
    return case.stage is Stage.PRE_SHIP or case.reason not in BUYER_LIABLE or case.liable in MERCHANT_LIABLE
