"""Where the units of an order are, and what follows for the order.

For every line: quantity = shipped + withdrawn + held + free. Only free units may be shipped. A case that refunds money and
leaves the goods where they are *holds* its units that have not left; when its refund has succeeded they are *withdrawn*:
refunded and never shipped. A hold that ends without a refund makes its units free again.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from order_svc.domain import errors
from order_svc.domain.cases import Case, CaseLine, CaseState
from order_svc.domain.model import OrderLine
from order_svc.domain.order_units import OrderUnits
from order_svc.domain.tracking import Parcel, ParcelLeg, ParcelLine, ParcelStatus


def unshipped(line: OrderLine) -> int:
    """The units of a line that are neither shipped nor withdrawn, held ones included."""
    return max(line.quantity - line.shipped_quantity - line.withdrawn_quantity, 0)


def shippable(line: OrderLine) -> int:
    """The units of a line that may be shipped now."""
    return max(unshipped(line) - line.held_quantity, 0)


def fully_shipped(lines: Iterable[OrderLine]) -> bool:
    """True when no unit is left to ship, now or after a case has ended."""
    return all(unshipped(line) == 0 for line in lines)


@dataclass(frozen=True, slots=True)
class Pick:
    """Units of one line that the merchant wants to ship."""

    line_id: str
    quantity: int


def ship(lines: Sequence[OrderLine], picks: Sequence[Pick], case_lines: Sequence[CaseLine] = ()) -> list[OrderLine]:
    """The picked lines as they are after shipping.

    Raises:
        UnknownLine: a pick names no line of this order.
        DuplicateLine: two picks name one line.
        UnitsHeldByCase: the units have not left, but cases hold them.
        QuantityExceedsShippable: more units are picked than are left.
    """
    by_id = {line.id: line for line in lines}
    shipped: dict[str, OrderLine] = {}
    for number, pick in enumerate(picks):
        line, at = by_id.get(pick.line_id), f"/lines/{number}"
        if line is None:
            raise errors.UnknownLine(pointer=f"{at}/line_id", line_id=pick.line_id)
        if pick.line_id in shipped:
            raise errors.DuplicateLine(pointer=f"{at}/line_id", line_id=pick.line_id)
        check_units(line, pick, case_lines, f"{at}/quantity")
        shipped[line.id] = replace(line, shipped_quantity=line.shipped_quantity + pick.quantity)
    return list(shipped.values())


def check_units(line: OrderLine, pick: Pick, case_lines: Sequence[CaseLine], at: str) -> None:
    """Refuse units that may not be shipped now; `at` is the JSON pointer of their number.

    Raises:
        UnitsHeldByCase: the units have not left, but cases hold them.
        QuantityExceedsShippable: more units are picked than are left.
    """
    free = shippable(line)
    if pick.quantity > unshipped(line):
        raise errors.QuantityExceedsShippable(pointer=at, line_id=line.id, shippable=free, quantity=pick.quantity)
    if pick.quantity > free:
        holding = sorted(each.case_id for each in case_lines if each.line_id == line.id and each.held_quantity)
        facts = {"line_id": line.id, "case_ids": holding, "free": free, "quantity": pick.quantity}
        raise errors.UnitsHeldByCase(pointer=at, awaits=holding[-1] if holding else None, **facts)


# Units of cases


def hold(line: OrderLine, unit: CaseLine, lost: int = 0) -> tuple[OrderLine, CaseLine]:
    """The lines after the case has held as many of its units as are free.

    `lost` of its units were shipped and will not arrive; it cannot hold those.
    """
    wanted = max(unit.quantity - unit.withdrawn_quantity - lost, 0)
    return _change_held(line, unit, min(wanted - unit.held_quantity, shippable(line)))


def release(line: OrderLine, unit: CaseLine) -> tuple[OrderLine, CaseLine]:
    """The lines after the units held by the case are free again."""
    return _change_held(line, unit, -unit.held_quantity)


def withdraw(line: OrderLine, unit: CaseLine) -> tuple[OrderLine, CaseLine]:
    """The lines after a refund of the case has succeeded: the units that it held are withdrawn, which is final."""
    taken = unit.held_quantity
    line, unit = _change_held(line, unit, -taken)
    withdrawn = unit.withdrawn_quantity + taken
    return (
        replace(line, withdrawn_quantity=line.withdrawn_quantity + taken),
        replace(unit, withdrawn_quantity=withdrawn, refunded_quantity=unit.quantity),
    )


def with_refunded(unit: CaseLine, refunded: int) -> CaseLine:
    """The line after its case has ended with this many units refunded; the count of an earlier refund is never lowered."""
    return replace(unit, refunded_quantity=max(unit.refunded_quantity, min(refunded, unit.quantity)))


def _change_held(line: OrderLine, unit: CaseLine, more: int) -> tuple[OrderLine, CaseLine]:
    return (
        replace(line, held_quantity=line.held_quantity + more),
        replace(unit, held_quantity=unit.held_quantity + more),
    )


def any_shipped(case_lines: Iterable[CaseLine]) -> bool:
    """True where some unit of a case has left the merchant."""
    return any(each.quantity > each.held_quantity + each.withdrawn_quantity for each in case_lines)


def any_shipped_line(lines: Iterable[OrderLine], case_lines: Iterable[CaseLine]) -> bool:
    """True where units that a case does not hold are of a line of which something was shipped; else they were cancelled."""
    shipped = {line.id for line in lines if line.shipped_quantity}
    return any(each.line_id in shipped for each in case_lines if any_shipped([each]))


# The order as a whole


@dataclass(frozen=True, slots=True, kw_only=True)
class Fulfilment(OrderUnits):
    """Where the units of one order are; `contents` are the lines of its parcels."""

    parcels: Sequence[Parcel]
    contents: Sequence[ParcelLine]


def outbound(parcels: Iterable[Parcel]) -> list[Parcel]:
    """The parcels that carry what was ordered to the buyer, without those that were voided."""
    return [parcel for parcel in parcels if parcel.leg is ParcelLeg.OUTBOUND and not parcel.is_voided]


def will_not_arrive(parcel: Parcel) -> bool:
    """True where the parcel ended otherwise than by delivery: lost, returned or cancelled."""
    return parcel.terminal and parcel.status is not ParcelStatus.DELIVERED


def wholly_refunded(order: Fulfilment, refunded_minor: int, virtual_at: datetime | None = None) -> bool:
    """True when every unit was refunded by a case or cancelled, and either all the money paid for goods is back or no unit can arrive.

    A verdict may refund less than was paid for units that are on their way; then the order goes on. `refunded_minor` is in
    minor units of the order's currency; `virtual_at` is when virtual goods were delivered.
    """
    if not _all_refunded(order):
        return False
    nothing_arrives = virtual_at is None and all(will_not_arrive(parcel) for parcel in outbound(order.parcels))
    return nothing_arrives or refunded_minor >= sum(line.paid_minor for line in order.lines)


def wholly_returned(order: Fulfilment, returned: Mapping[tuple[str | None, str], int]) -> bool:
    """True when every unit was refunded or cancelled, and those that had left are all back: for less money, where a fee was kept.

    `returned` has how many units came back for each case, by its id and that of the line. Those of a case that has refunded none were
    exchanged, or repaired.
    """
    back = Counter[str]()
    for each in order.case_lines:
        back[each.line_id] += min(each.refunded_quantity, returned.get((each.case_id, each.line_id), 0))
    return _all_refunded(order) and all(back[line.id] >= line.shipped_quantity for line in order.lines)


def _all_refunded(order: Fulfilment) -> bool:
    """Whether every unit was refunded by a case or cancelled."""
    refunded = _refunded_units(order.case_lines)
    return all(refunded[line.id] + line.cancelled_quantity >= line.quantity for line in order.lines)


def arrived_at(order: Fulfilment, virtual_at: datetime | None = None) -> datetime | None:
    """When the last parcel arrived, by the courier's clock, once nothing more can arrive; or virtual goods did, `virtual_at`.

    None while anything is left to ship or on its way, where nothing arrived, and where units of a parcel that will not
    arrive are not refunded.
    """
    sent = outbound(order.parcels)
    arrived = [parcel for parcel in sent if parcel.status is ParcelStatus.DELIVERED]
    if not (arrived or virtual_at) or not fully_shipped(order.lines) or not all(parcel.terminal for parcel in sent):
        return None
    if len(arrived) < len(sent) and not _missing_units_refunded(order, {parcel.id for parcel in arrived}):
        return None
    return max([parcel.status_at for parcel in arrived] + ([virtual_at] if virtual_at else []))


def _missing_units_refunded(order: Fulfilment, arrived: set[str]) -> bool:
    """Whether the units that did not arrive are refunded; units that the buyer has sent back count first as units that arrived.

    Those of other cases, such as of goods that were refused at the door, were not necessarily with the buyer.
    """
    there, missing = Counter[str](), Counter[str]()
    sent = {parcel.id for parcel in outbound(order.parcels)}
    for each in order.contents:
        if each.parcel_id in sent:
            (there if each.parcel_id in arrived else missing)[each.line_id] += each.quantity
    sent_back = {
        parcel.case_id
        for parcel in order.parcels
        if parcel.leg is ParcelLeg.RETURN and parcel.status is not ParcelStatus.CANCELLED
    }
    refunded, returned = Counter[str](), Counter[str]()
    for unit in order.case_lines:
        (returned if unit.case_id in sent_back else refunded)[unit.line_id] += (
            unit.refunded_quantity - unit.withdrawn_quantity
        )
    return all(
        units <= refunded[line_id] + max(returned[line_id] - there[line_id], 0) for line_id, units in missing.items()
    )


def any_sent_by_case(parcels: Iterable[Parcel]) -> bool:
    """Whether a case has sent goods to the buyer."""
    return any(each.leg is ParcelLeg.EXCHANGE for each in parcels)


def sent_again(
    parcel: Parcel, parcels: Sequence[Parcel], contents: Sequence[ParcelLine], cases: Iterable[Case]
) -> Counter[str]:
    """The units of the parcel, by line, for which a case has sent others because they did not arrive.

    Those of parcels that will not arrive are counted first, as in aftersale-svc. Others that are lost as well count for nothing. Where it
    is not known why a case has sent goods, it was because of that, unless the buyer has sent some back.
    """
    by_id = {each.id: each for each in parcels}
    others = {each.id for each in cases if each.not_received is False}
    others.update(
        each.case_id
        for each in parcels
        if each.case_id and each.leg is ParcelLeg.RETURN and each.status is not ParcelStatus.CANCELLED
    )
    mine, again = Counter[str](), Counter[str]()
    for each in contents:
        other = by_id[each.parcel_id]
        if other.id == parcel.id:
            mine[each.line_id] += each.quantity
        elif other.leg is ParcelLeg.EXCHANGE and not will_not_arrive(other) and other.case_id not in others:
            again[each.line_id] += each.quantity
        elif other.leg is ParcelLeg.OUTBOUND and not other.is_voided and will_not_arrive(other):
            again[each.line_id] -= each.quantity
    return mine & again


def _refunded_units(case_lines: Iterable[CaseLine]) -> Counter[str]:
    """Refunded units by line id."""
    units = Counter[str]()
    for each in case_lines:
        units[each.line_id] += each.refunded_quantity
    return units


def refunded_after_leaving(case_lines: Iterable[CaseLine]) -> Counter[str]:
    """Units by line id that had left the merchant and that cases have refunded."""
    units = Counter[str]()
    for each in case_lines:
        units[each.line_id] += each.refunded_quantity - each.withdrawn_quantity
    return units


def lost_units(order: Fulfilment, case_id: str) -> Counter[str]:
    """Units by line id that will not arrive and that no other case is about: this case is about them first."""
    ended = {parcel.id for parcel in outbound(order.parcels) if will_not_arrive(parcel)}
    open_cases = {case.id for case in order.cases if case.state is CaseState.OPEN}
    lost = Counter[str]()
    for each in order.contents:
        lost[each.line_id] += each.quantity if each.parcel_id in ended else 0
    for unit in order.case_lines:
        if unit.case_id != case_id:
            claimed = unit.quantity if unit.case_id in open_cases else unit.refunded_quantity
            lost[unit.line_id] -= claimed - unit.held_quantity - unit.withdrawn_quantity
    return +lost
