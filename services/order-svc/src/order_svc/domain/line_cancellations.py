"""Cancelling units of an order before they are shipped, and the exact part of the money that they are (rules R3, R4).

Before the payment the units are taken off the line, whose amounts shrink with it. After the payment they stay in the line as
withdrawn, and their part is refunded: of P paid for q units, of which a are gone, that of the next k is ⌊P·(a+k)/q⌋ − ⌊P·a/q⌋.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from order_svc.domain import fulfilment
from order_svc.domain.cancellation_errors import PriceAdjusted
from order_svc.domain.cases import Case, CaseLine, CaseState
from order_svc.domain.fulfilment import Pick
from order_svc.domain.model import OrderLine
from order_svc.domain.order_units import OrderUnits
from order_svc.domain.order_ways import WAYS

# Any: the discounts of a line are JSON documents.


@dataclass(frozen=True, slots=True)
class CancelledUnits:
    """Units of one line that are cancelled; amounts in minor units. `line` is the line afterwards, None where nothing is left of it.

    `tax_minor` is None where the merchant did not state the tax of the line. `discounts` is their share of what its discount
    was made of.
    """

    line_id: str
    quantity: int
    amount_minor: int
    tax_minor: int | None
    discounts: list[dict[str, Any]]
    line: OrderLine | None


def with_gifts(lines: Sequence[OrderLine], picks: Sequence[Pick]) -> list[Pick]:
    """The picks, with the unshipped gifts that came with a line of which nothing else is left."""
    named = {pick.line_id: pick.quantity for pick in picks}
    emptied = {line.id for line in lines if named.get(line.id) == line.quantity - line.withdrawn_quantity}
    gifts = [line for line in lines if line.gift_of in emptied and line.id not in named]
    return [*picks, *(Pick(line.id, units) for line in gifts if (units := fulfilment.shippable(line)))]


def check(lines: Sequence[OrderLine], picks: Sequence[Pick], case_lines: Sequence[CaseLine]) -> None:
    """Refuse units that are shipped, withdrawn or held.

    Raises:
        UnknownLine: a pick names no line of this order.
        DuplicateLine: two picks name one line.
        UnitsHeldByCase, QuantityExceedsShippable: see `fulfilment.check_units`.
    """
    fulfilment.ship(lines, picks, case_lines)


def is_everything(lines: Iterable[OrderLine], picks: Collection[Pick]) -> bool:
    """Whether nothing of the order is left to ship after these, and nothing was shipped."""
    named = {pick.line_id: pick.quantity for pick in picks}
    return all(not line.shipped_quantity and fulfilment.unshipped(line) == named.get(line.id, 0) for line in lines)


def is_divisible(lines: Iterable[OrderLine]) -> bool:
    """Whether units can be cancelled so that others are left, or have left."""
    known = list(lines)
    return any(line.shipped_quantity for line in known) or sum(map(fulfilment.unshipped, known)) > 1


def is_whole(lines: Iterable[OrderLine]) -> bool:
    """Whether nothing was shipped, and no case holds units: all of them can be picked."""
    return not any(line.shipped_quantity or line.held_quantity for line in lines)


def before_payment(line: OrderLine, units: int) -> CancelledUnits:
    """Take units off a line that is not paid."""
    left = line.quantity - units
    amount, tax = share(line.paid_minor, line.quantity, 0, units), _tax(line, 0, units)
    if not left:
        return CancelledUnits(line.id, units, amount, tax, line.discounts or [], None)
    paid = line.paid_minor - amount
    discount = line.unit_price_minor * left - paid
    changed = replace(
        line,
        quantity=left,
        paid_minor=paid,
        discount_minor=discount,
        tax_minor=None if line.tax_minor is None or tax is None else line.tax_minor - tax,
        discounts=None if line.discounts is None else split(line.discounts, line.discount_minor, discount),
    )
    gone = [] if line.discounts is None else split(line.discounts, line.discount_minor, line.discount_minor - discount)
    return CancelledUnits(line.id, units, amount, tax, gone, changed)


def after_payment(line: OrderLine, units: int, taken: int, paid: int) -> CancelledUnits:
    """Withdraw units of a paid line; `taken` of its units are those of cases, or were cancelled before, and `paid` of these were paid for.

    What was refunded of an imported line for none of its units is no part of them, and no more goes back than is left of the line.
    """
    whole = line.paid_minor - (0 if line.refunded_quantity else line.refunded_minor)
    left = line.paid_minor - line.cancelled_minor - line.refunded_minor
    amount = min(share(whole, line.quantity, taken, units, paid), left)
    tax = _tax(line, taken, units, paid)
    changed = replace(
        line,
        withdrawn_quantity=line.withdrawn_quantity + units,
        cancelled_quantity=line.cancelled_quantity + units,
        cancelled_minor=line.cancelled_minor + amount,
    )
    gone = share(line.discount_minor, line.quantity, taken, units, paid)
    parts = [] if line.discounts is None else split(line.discounts, line.discount_minor, gone)
    return CancelledUnits(line.id, units, amount, tax, parts, changed)


def taken_units(units: OrderUnits, line: OrderLine) -> int:
    """The units of a line whose money is not that of the next ones: of open cases, refunded by cases, or cancelled."""
    open_cases = {case.id for case in units.cases if case.state is CaseState.OPEN}
    more = (
        each.quantity - each.refunded_quantity
        for each in units.case_lines
        if each.line_id == line.id and each.case_id in open_cases
    )
    return paid_units(units, line) + sum(more)


def paid_units(units: OrderUnits, line: OrderLine) -> int:
    """The units of a line that were paid for: refunded by cases, be it that the buyer keeps them, or before the import, or cancelled."""
    of_cases = (each.refunded_quantity for each in units.case_lines if each.line_id == line.id)
    return line.cancelled_quantity + line.refunded_quantity + sum(of_cases)


def are_cancelled(units: OrderUnits, case_id: str, accepted: Mapping[str, int]) -> bool:
    """Whether a case asks for the money of units that were cancelled: of a line of which some were, fewer are left beside those that other
    cases have refunded. `accepted` has how many it asks for, by line, where these are not all."""
    asked, refunded = Counter[str](), Counter[str]()
    for each in units.case_lines:
        if each.case_id == case_id:
            asked[each.line_id] += accepted.get(each.line_id, each.quantity)
        else:
            refunded[each.line_id] += each.refunded_quantity
    return any(
        line.cancelled_quantity and asked[line.id] > max(0, line.quantity - line.cancelled_quantity - refunded[line.id])
        for line in units.lines
    )


def share(whole_minor: int, quantity: int, taken: int, units: int, paid: int = 0) -> int:
    """The part of the next units (rule R3): the parts of all units add up to the whole, and `paid` of them have theirs already."""
    before = max(min(paid, quantity), min(taken, quantity - units))
    until = min(before + units, quantity)
    return whole_minor * until // quantity - whole_minor * before // quantity


def _tax(line: OrderLine, taken: int, units: int, paid: int = 0) -> int | None:
    return None if line.tax_minor is None else share(line.tax_minor, line.quantity, taken, units, paid)


def split(parts: Sequence[dict[str, Any]], whole_minor: int, wanted_minor: int) -> list[dict[str, Any]]:
    """The parts of a discount in proportion, so that they add up to `wanted_minor`; those of nothing are left out."""
    found, before = list[dict[str, Any]](), 0
    for part in parts:
        end = before + part["amount_minor"]
        minor = wanted_minor * end // whole_minor - wanted_minor * before // whole_minor if whole_minor else 0
        if minor:
            found.append({**part, "amount_minor": minor})
        before = end
    return found


def adjusting_cases(cases: Iterable[Case], case_lines: Iterable[CaseLine], refunded_by: Iterable[str]) -> list[str]:
    """Those of the cases that have given money back of which no units are known to be refunded: cases about none, and those that have ended
    without their refund, of which a part was paid, or a guarantee has paid instead."""
    states = {case.id: case.state for case in cases}
    counted = {each.case_id for each in case_lines if each.refunded_quantity}
    about_units = {each.case_id for each in case_lines if each.quantity}
    return sorted(
        {
            each
            for each in refunded_by
            if each in states and each not in counted and (each not in about_units or states[each] is CaseState.ENDED)
        }
    )


def adjusted(cases: Sequence[str]) -> PriceAdjusted | None:
    """What units are worth is not computed where these cases have given money back that is for no known units."""
    return PriceAdjusted(case_ids=list(cases), ways=WAYS[PriceAdjusted.code]) if cases else None
