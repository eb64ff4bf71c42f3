"""Which units of an order a new case gets, and which share of their line's money (docs/money.md R3)."""

from collections.abc import Sequence

from aftersale_svc.domain.cases.errors import AdjustmentExceedsLeft, LineTwice, LineUnknown, UnitsInNoParcel
from aftersale_svc.domain.cases.model import CaseLine
from aftersale_svc.domain.cases.requests import Wanted
from aftersale_svc.domain.cases.shares import cumulative_share
from aftersale_svc.domain.cases.types import TypeRow
from aftersale_svc.domain.money.errors import (
    QuantityExceedsRemaining,
    ReappliedTooOften,
    UnitsInLiveCase,
    UnitsShipped,
)
from aftersale_svc.domain.money.model import LineBalance

MOST_REAPPLICATIONS = 5
"""So often units of a line may be asked for again after a rejection."""


def allocate_lines(
    case_id: str,
    type_: TypeRow,
    balances: Sequence[LineBalance],
    wanted: Sequence[Wanted],
    currency: str | None = None,
) -> list[CaseLine]:
    """Return the lines of a new case, each with its share of the money. `currency` is for the amounts in refusals.

    Raises:
        LineUnknown, LineTwice: a line is not the order's, or is named twice.
        QuantityExceedsRemaining, UnitsInLiveCase: fewer units are left, or are free.
        UnitsShipped: fewer units have not left, where the type is about these.
        ReappliedTooOften: the line was rejected too often.
        UnitsInNoParcel: fewer units have left, where they are to come back in their parcel.
        AdjustmentExceedsLeft: a price adjustment asks for more than is left of the line's money.
    """
    by_id = {balance.line_id: balance for balance in balances}
    lines: list[CaseLine] = []
    for place, each in enumerate(wanted):
        balance = by_id.get(each.line_id)
        if balance is None:
            raise LineUnknown(pointer=f"/lines/{place}/line_id")
        if any(line.line_id == each.line_id for line in lines):
            raise LineTwice(pointer=f"/lines/{place}/line_id")
        _check_units(type_, balance, each.quantity, place)
        if type_.needs_prices and (each.difference_minor > balance.left_minor or not balance.left_minor):
            raise AdjustmentExceedsLeft(
                pointer=f"/lines/{place}/checked_price", left_minor=balance.left_minor, currency=currency
            )
        lines.append(_allocated(case_id, type_, balance, each))
    return lines


def selectable_units(type_: TypeRow, balance: LineBalance) -> int:
    """The most units of a line that a new case of this type may be about."""
    if type_.is_question:
        return balance.quantity
    if type_.by_outbound:
        return min(balance.free_units, balance.shipped_units)
    return min(balance.free_units, balance.unshipped_units) if type_.before_shipment else balance.free_units


def _check_units(type_: TypeRow, balance: LineBalance, quantity: int, place: int) -> None:
    pointer = f"/lines/{place}/quantity"
    remaining = balance.quantity if type_.is_question else balance.quantity - balance.settled_units
    if quantity > remaining:
        raise QuantityExceedsRemaining(pointer=pointer, remaining=remaining)
    if type_.is_question:
        return
    if quantity > balance.free_units:
        raise UnitsInLiveCase(pointer=pointer, free=balance.free_units)
    if type_.before_shipment and quantity > balance.unshipped_units:
        raise UnitsShipped(pointer=pointer, unshipped=balance.unshipped_units)
    if type_.by_outbound and quantity > balance.shipped_units:
        raise UnitsInNoParcel(pointer=pointer)
    if balance.rejected_times > MOST_REAPPLICATIONS:
        raise ReappliedTooOften(pointer=f"/lines/{place}/line_id", times=balance.rejected_times)


def _allocated(case_id: str, type_: TypeRow, balance: LineBalance, wanted: Wanted) -> CaseLine:
    units, paid_minor, before = balance.quantity, balance.paid_minor, 0
    amount_minor = wanted.difference_minor
    if type_.holds_units:
        units, paid_minor, before = share_basis(balance)
        amount_minor = next_share(balance, wanted.quantity)
    return CaseLine(
        case_id=case_id,
        line_id=balance.line_id,
        sku=balance.sku,
        quantity=wanted.quantity,
        amount_minor=amount_minor,
        line_units=units,
        line_paid_minor=paid_minor,
        units_before=before,
        order_units=balance.quantity,
        order_paid_minor=balance.paid_minor,
        line_tax_minor=balance.tax_minor,
        line_discounts=balance.discounts,
    )


def share_basis(balance: LineBalance) -> tuple[int, int, int]:
    """Return what the share of the next units is computed from: units, their money, and how many of them others have."""
    if balance.adjusted_minor:
        return balance.free_units, balance.left_minor, 0
    return balance.quantity, balance.paid_minor, balance.settled_units + balance.live_units


def next_share(balance: LineBalance, quantity: int) -> int:
    """Return the money of the next units: the cumulative share up to them, less what other cases hold.

    Where no case was cancelled or cut in between, this is ⌊P·(a+k)/q⌋ − ⌊P·a/q⌋. Where one was, the parts still never exceed
    what was paid, and the last unit gets the exact residue. Where money went back without units, it is the share of what is
    left among the units that are left: every one of them is worth as much less.
    """
    if balance.adjusted_minor:
        return cumulative_share(balance.left_minor, balance.free_units, quantity)
    before = balance.settled_units + balance.live_units
    return max(0, cumulative_share(balance.paid_minor, balance.quantity, before + quantity) - balance.held_minor)
