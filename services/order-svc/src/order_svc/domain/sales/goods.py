"""Kinds of goods and gifts: which terms a line may state, and until when the merchant has to ship it."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from aftercare_chassis.records import replace

from order_svc.domain.fulfilment import Pick, unshipped
from order_svc.domain.model import Address, LineDraft, LineFulfilment, Order, OrderLine
from order_svc.domain.sales.errors import (
    FulfilmentTermsMismatch,
    GiftNotFree,
    GiftUnfit,
    NotVirtual,
    ShippingAddressMissing,
    ShipsByNotAhead,
    VirtualGoods,
)

FURTHEST_SHIPS_BY = timedelta(days=730)


def check_terms(draft: LineDraft, now: datetime, at: str) -> None:
    """Refuse a line whose times do not fit its kind of goods.

    Raises:
        FulfilmentTermsMismatch: pre-sale goods without `ships_by`, goods made to order without `production_days`, or either elsewhere.
        ShipsByNotAhead: the promised time has passed, or is more than FURTHEST_SHIPS_BY ahead.
    """
    terms = (
        ("ships_by", draft.ships_by, LineFulfilment.PRE_SALE),
        ("production_days", draft.production_days, LineFulfilment.MADE_TO_ORDER),
    )
    for field, value, kind in terms:
        if (value is not None) is not (draft.fulfilment is kind):
            raise FulfilmentTermsMismatch(pointer=f"{at}/{field}", field=field)
    if draft.ships_by is not None and not now < draft.ships_by <= now + FURTHEST_SHIPS_BY:
        raise ShipsByNotAhead(pointer=f"{at}/ships_by", days=FURTHEST_SHIPS_BY.days)


def with_gifts(lines: Sequence[OrderLine], drafts: Sequence[LineDraft], currency: str) -> list[OrderLine]:
    """The lines of an order, of which gifts name the line that they came with.

    Raises:
        GiftUnfit: that line is none of the others, or a gift itself.
        GiftNotFree: something is paid for the gift.
    """
    return [_with_gift(lines, drafts, number, currency) for number in range(len(lines))]


def _with_gift(lines: Sequence[OrderLine], drafts: Sequence[LineDraft], number: int, currency: str) -> OrderLine:
    line, other = lines[number], drafts[number].gift_of
    if other is None:
        return line
    if other == number or other >= len(lines) or drafts[other].gift_of is not None:
        raise GiftUnfit(pointer=f"/lines/{number}/gift_of")
    if line.paid_minor:
        raise GiftNotFree(pointer=f"/lines/{number}/gift_of", paid_minor=line.paid_minor, currency=currency)
    return replace(line, gift_of=lines[other].id)


def is_virtual(line: OrderLine) -> bool:
    """True where the units of the line are delivered without a parcel."""
    return line.fulfilment is LineFulfilment.VIRTUAL


def only_virtual(lines: Sequence[OrderLine]) -> bool:
    """True where nothing of the order has a parcel."""
    return all(is_virtual(line) for line in lines)


def check_address(lines: Sequence[OrderLine], address: Address | None) -> None:
    """Refuse goods that go into a parcel to nowhere. Raises: ShippingAddressMissing."""
    if address is None and not only_virtual(lines):
        raise ShippingAddressMissing(pointer="/shipping_address")


def check_kind(lines: Iterable[OrderLine], picks: Sequence[Pick], *, virtual: bool) -> None:
    """Refuse units that go to the buyer in the other way: in a parcel, or without one. Lines that are unknown pass.

    Raises:
        VirtualGoods: units without a parcel are put into one.
        NotVirtual: units that need a parcel are delivered without.
    """
    by_id = {line.id: line for line in lines}
    for number, pick in enumerate(picks):
        line = by_id.get(pick.line_id)
        if line is not None and is_virtual(line) is not virtual:
            refusal = NotVirtual if virtual else VirtualGoods
            raise refusal(pointer=f"/lines/{number}/line_id", line_id=line.id)


def ship_by(order: Order, line: OrderLine) -> datetime | None:
    """Until when the merchant has to ship a line of a paid order; None where the order has no time to ship.

    It is the promised time of pre-sale goods, unless that had passed at the payment; for goods made to order the payment and the
    days of production; else the order's own.
    """
    if line.ships_by is not None and order.paid_at is not None and line.ships_by > order.paid_at:
        return line.ships_by
    if line.production_days is not None and order.paid_at is not None:
        return order.paid_at + timedelta(days=line.production_days)
    return order.stock_ship_by_at


def next_ship_by(order: Order, lines: Iterable[OrderLine]) -> datetime | None:
    """The first time to ship that has not been missed before, of the lines of which anything is left to ship; None where there is none."""
    return min((at for _, at in _to_ship(order, lines)), default=None)


def missed(order: Order, lines: Iterable[OrderLine], now: datetime) -> list[tuple[OrderLine, datetime]]:
    """The lines with units that have not left in time, each with its time; those that were reported before are left out."""
    return [(line, at) for line, at in _to_ship(order, lines) if at <= now]


def _to_ship(order: Order, lines: Iterable[OrderLine]) -> list[tuple[OrderLine, datetime]]:
    timed = ((line, ship_by(order, line)) for line in lines if unshipped(line))
    missed_at = order.shipment_overdue_at
    return [(line, at) for line, at in timed if at is not None and (missed_at is None or at > missed_at)]
