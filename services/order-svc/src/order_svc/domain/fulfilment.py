"""Where the units of an order are: shipped, withdrawn, held by cases or free to ship; and what follows for the order.

For every line: quantity = shipped + withdrawn + held + free. A case that gives money back and leaves the goods with the
buyer (refund only) *holds* units that have not left; when its refund has succeeded they are *withdrawn*: refunded and
never shipped. A hold that ends without a refund makes its units free again.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from order_svc.domain import errors
from order_svc.domain.model import Case, CaseLine, CaseState, Line
from order_svc.domain.tracking import Leg, Parcel, ParcelLine, ParcelStatus

PRE_SHIP = "pre_ship"


def unshipped(line: Line) -> int:
    """How many units of a line have not left and are not withdrawn, held ones included."""
    return max(line.quantity - line.shipped_quantity - line.withdrawn_quantity, 0)


def shippable(line: Line) -> int:
    """How many units of a line may be shipped now."""
    return max(unshipped(line) - line.held_quantity, 0)


def fully_shipped(lines: Iterable[Line]) -> bool:
    """True when nothing is left to ship, now or after a case has ended."""
    return all(unshipped(line) == 0 for line in lines)


@dataclass(frozen=True, slots=True)
class Pick:
    """Units of one line that somebody wants to ship."""

    line_id: str
    quantity: int


def ship(lines: Sequence[Line], picks: Sequence[Pick], case_lines: Sequence[CaseLine] = ()) -> list[Line]:
    """The picked lines as they are after shipping.

    Raises:
        UnknownLine, DuplicateLine: the picks are not lines of this order, each at most once.
        UnitsHeldByCase: the units are there, but cases hold them.
        QuantityExceedsShippable: the units are not there.
    """
    by_id = {line.id: line for line in lines}
    shipped: dict[str, Line] = {}
    for number, pick in enumerate(picks):
        line, at = by_id.get(pick.line_id), f"/lines/{number}"
        if line is None:
            raise errors.UnknownLine(pointer=f"{at}/line_id", line_id=pick.line_id)
        if pick.line_id in shipped:
            raise errors.DuplicateLine(pointer=f"{at}/line_id", line_id=pick.line_id)
        _check_units(line, pick, case_lines, f"{at}/quantity")
        shipped[line.id] = replace(line, shipped_quantity=line.shipped_quantity + pick.quantity)
    return list(shipped.values())


def _check_units(line: Line, pick: Pick, case_lines: Sequence[CaseLine], at: str) -> None:
    free = shippable(line)
    if pick.quantity > unshipped(line):
        raise errors.QuantityExceedsShippable(pointer=at, line_id=line.id, shippable=free, quantity=pick.quantity)
    if pick.quantity > free:
        holding = sorted(each.case_id for each in case_lines if each.line_id == line.id and each.held_quantity)
        facts = {"line_id": line.id, "case_ids": holding, "free": free, "quantity": pick.quantity}
        raise errors.UnitsHeldByCase(pointer=at, awaits=holding[-1] if holding else None, **facts)


# What cases do to units


def keeps_goods(case: Case) -> bool:
    """True where the case gives money back and the goods stay where they are."""
    return case.case_type == "refund_only"


def hold(line: Line, unit: CaseLine, lost: int = 0) -> tuple[Line, CaseLine]:
    """The case holds as many of its units as are free; `lost` of them left and will not arrive: those it cannot hold."""
    wanted = max(unit.quantity - unit.withdrawn_quantity - lost, 0)
    return _held(line, unit, min(wanted - unit.held_quantity, shippable(line)))


def release(line: Line, unit: CaseLine) -> tuple[Line, CaseLine]:
    """What the case held may be shipped again."""
    return _held(line, unit, -unit.held_quantity)


def refund(line: Line, unit: CaseLine) -> tuple[Line, CaseLine]:
    """The money of the case's units is back with the buyer: those held are withdrawn for good."""
    taken = unit.held_quantity
    line, unit = _held(line, unit, -taken)
    withdrawn = unit.withdrawn_quantity + taken
    return (
        replace(line, withdrawn_quantity=line.withdrawn_quantity + taken),
        replace(unit, withdrawn_quantity=withdrawn, refunded_quantity=unit.quantity),
    )


def settled(unit: CaseLine, refunded: int) -> CaseLine:
    """The case has ended with the refund of this many of its units; a refund that succeeded before stays."""
    return replace(unit, refunded_quantity=max(unit.refunded_quantity, min(refunded, unit.quantity)))


def _held(line: Line, unit: CaseLine, more: int) -> tuple[Line, CaseLine]:
    return (
        replace(line, held_quantity=line.held_quantity + more),
        replace(unit, held_quantity=unit.held_quantity + more),
    )


def has_left(case_lines: Iterable[CaseLine]) -> bool:
    """True where some unit of a case has left the merchant."""
    return any(each.quantity > each.held_quantity + each.withdrawn_quantity for each in case_lines)


# What follows for the order


@dataclass(frozen=True, slots=True, kw_only=True)
class Goods:
    """All that says where the units of one order are; `contents` are the lines of its parcels."""

    lines: Sequence[Line]
    parcels: Sequence[Parcel]
    contents: Sequence[ParcelLine]
    cases: Sequence[Case]
    case_lines: Sequence[CaseLine]


def outbound(parcels: Iterable[Parcel]) -> list[Parcel]:
    """The parcels that carry what was ordered to the buyer."""
    return [parcel for parcel in parcels if parcel.leg is Leg.OUTBOUND]


def wholly_refunded(goods: Goods, refunded_minor: int) -> bool:
    """True when cases have refunded every unit, and either all the money paid for goods is back or no unit can arrive.

    A verdict may refund less than was paid for units that are on their way: then the order goes on without it.
    """
    refunded = _units(goods.case_lines)
    if any(refunded[line.id] < line.quantity for line in goods.lines):
        return False
    nothing_arrives = all(ended_otherwise(parcel) for parcel in outbound(goods.parcels))
    return nothing_arrives or refunded_minor >= sum(line.paid_minor for line in goods.lines)


def arrived_at(goods: Goods) -> datetime | None:
    """When the last parcel arrived, by the courier's word, once nothing more can arrive.

    None while anything is left to ship or on its way, where no parcel arrived, and where units of a parcel that ended
    otherwise (lost, returned, cancelled) are not refunded.
    """
    sent = outbound(goods.parcels)
    arrived = [parcel for parcel in sent if parcel.status is ParcelStatus.DELIVERED]
    if not arrived or not fully_shipped(goods.lines) or not all(parcel.terminal for parcel in sent):
        return None
    if len(arrived) < len(sent) and not _rest_refunded(goods, {parcel.id for parcel in arrived}):
        return None
    return max(parcel.status_at for parcel in arrived)


def _rest_refunded(goods: Goods, arrived: set[str]) -> bool:
    """Whether the units that did not arrive are refunded. Units that the buyer sent back are first those that arrived."""
    there, missing = Counter[str](), Counter[str]()
    sent = {parcel.id for parcel in outbound(goods.parcels)}
    for each in goods.contents:
        if each.parcel_id in sent:
            (there if each.parcel_id in arrived else missing)[each.line_id] += each.quantity
    kept = {case.id for case in goods.cases if keeps_goods(case)}
    refunded, returned = Counter[str](), Counter[str]()
    for unit in goods.case_lines:
        (refunded if unit.case_id in kept else returned)[unit.line_id] += (
            unit.refunded_quantity - unit.withdrawn_quantity
        )
    return all(
        units <= refunded[line_id] + max(returned[line_id] - there[line_id], 0) for line_id, units in missing.items()
    )


def _units(case_lines: Iterable[CaseLine]) -> Counter[str]:
    """Refunded units by line."""
    units = Counter[str]()
    for each in case_lines:
        units[each.line_id] += each.refunded_quantity
    return units


def lost_units(goods: Goods, case_id: str) -> Counter[str]:
    """Units by line that will not arrive and that no other case is about: this case is about them first."""
    ended = {parcel.id for parcel in outbound(goods.parcels) if ended_otherwise(parcel)}
    live = {case.id for case in goods.cases if case.state is CaseState.OPEN}
    lost = Counter[str]()
    for each in goods.contents:
        lost[each.line_id] += each.quantity if each.parcel_id in ended else 0
    for unit in goods.case_lines:
        if unit.case_id != case_id:
            about = unit.quantity if unit.case_id in live else unit.refunded_quantity
            lost[unit.line_id] -= about - unit.held_quantity - unit.withdrawn_quantity
    return +lost


def ended_otherwise(parcel: Parcel) -> bool:
    """True where the parcel was lost, returned or cancelled: its units will not arrive."""
    return parcel.terminal and parcel.status is not ParcelStatus.DELIVERED
