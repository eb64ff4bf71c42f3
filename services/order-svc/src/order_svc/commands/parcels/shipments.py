"""Parcels that are handed over: shipped by the merchant, sent back by the buyer for a case, or sent for one in exchange."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from aftercare_chassis.database.transaction import Transaction
from aftercare_events import (
    OrderShipped,
    ParcelRegistered,
    PickupWaybillGiven,
    PickupWaybillWithdrawn,
    RefusedGoodsReturned,
    ReplacementShipped,
    ReplacementWaybillCorrected,
    ReturnShipped,
    ReturnWaybillCorrected,
    ShippedLine,
)

from order_svc.commands import effects
from order_svc.commands.orders import order_units, packing, stock
from order_svc.commands.parcels import anomalies, parcel_tracking, parcels
from order_svc.commands.partners import partner_inbox
from order_svc.commands.record import order_fields, parcel_fields
from order_svc.domain import deliveries, errors, fulfilment, tracking
from order_svc.domain.fulfilment import Pick
from order_svc.domain.lifecycle import ORDER, OrderAction
from order_svc.domain.model import Order, OrderLine
from order_svc.domain.sales import goods
from order_svc.domain.sales import stock as stock_units
from order_svc.domain.tracking import Parcel, ParcelLeg, ParcelLine, ParcelStatus
from order_svc.settings import Settings
from order_svc.tables.cases import CASE_LINES_OF_ORDER
from order_svc.tables.orders import LINES_OF_ORDER, ORDER_LINES, ORDERS
from order_svc.tables.parcels import PARCEL_LINES, PARCELS, PARCELS_OF_ORDER_BY_WAYBILL

Corrected = ReturnWaybillCorrected | ReplacementWaybillCorrected | PickupWaybillGiven | RefusedGoodsReturned
"""Events of a waybill that may stand in place of one that was named before."""
OfCase = ReturnShipped | ReplacementShipped | Corrected
Withdrawing = PickupWaybillWithdrawn | Corrected


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOver:
    """What a courier is given: the waybill, the content, and since when. `case_id` is set for parcels of a case."""

    leg: ParcelLeg
    carrier: str
    waybill_no: str
    content: tuple[ShippedLine, ...]
    at: datetime
    case_id: str | None = None
    reference: str | None = None

    def names(self, parcel: Parcel) -> bool:
        """Whether the parcel, of the same order, is followed under this waybill."""
        named = (self.leg, self.carrier, self.waybill_no, self.case_id)
        same = named == (parcel.leg, parcel.carrier, parcel.waybill_no, parcel.case_id)
        return same and parcel.withdrawn_at is None


async def ship(
    tx: Transaction[Settings],
    order_id: str,
    *,
    carrier: str,
    waybill_no: str,
    picks: Sequence[Pick],
    reference: str | None = None,
) -> Parcel:
    """Hand units of an order to a courier; never more than are left to ship, nor those that a case holds.

    `reference` is the number under which the parcel was registered with the courier, where it reports by that number.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed: see ORDER.
        VirtualGoods: see `goods.check_kind`.
        UnknownLine, DuplicateLine, QuantityExceedsShippable, UnitsHeldByCase: see `fulfilment.ship`.
        WaybillTaken: the waybill is registered on this order.
    """
    order = await tx.lock(ORDERS, order_id)
    on_its_way = ORDER.apply(order, OrderAction.SHIP, tx)
    lines = await tx.all(LINES_OF_ORDER, order_id=order_id)
    goods.check_kind(lines, picks, virtual=False)
    shipped = await shipped_lines(tx, lines, picks)
    content = tuple(ShippedLine(line_id=pick.line_id, quantity=pick.quantity) for pick in picks)
    hand_over = HandOver(
        leg=ParcelLeg.OUTBOUND,
        carrier=carrier,
        waybill_no=waybill_no,
        content=content,
        at=tx.now,
        reference=reference,
    )
    sent_before = await order_units.read_parcels(tx, order_id)
    if any(hand_over.names(each) for each in sent_before):
        raise errors.WaybillTaken(pointer="/waybill_no", waybill_no=waybill_no)
    parcel = await _register(tx, order, hand_over)
    left = [shipped.get(line.id, line) for line in lines]
    on_its_way = packing.without_sent(replace(on_its_way, shipped_at=order.shipped_at or tx.now), picks, left)
    on_its_way = deliveries.expected(on_its_way, [*sent_before, parcel])
    on_its_way = ORDER.reschedule(replace(on_its_way, ship_by_at=goods.next_ship_by(on_its_way, left)), tx)
    sent = _event(tx, on_its_way, parcel, content, complete=fulfilment.fully_shipped(left))
    moved = stock_units.changes(lines, left, "shipped_quantity")
    await effects.enter(tx, order, on_its_way, sent, *await stock.commit(tx, on_its_way, moved, parcel.id))
    return parcel


async def shipped_lines(
    tx: Transaction[Settings], lines: Sequence[OrderLine], picks: Sequence[Pick]
) -> dict[str, OrderLine]:
    """Save the picked lines as they are after shipping; returns them by their ids."""
    held = any(line.held_quantity for line in lines)
    case_lines = await tx.all(CASE_LINES_OF_ORDER, order_id=lines[0].order_id) if held else ()
    shipped = fulfilment.ship(lines, picks, case_lines)
    for line in shipped:
        await tx.upsert(ORDER_LINES, line)
    return {line.id: line for line in shipped}


def _event(
    tx: Transaction[Settings], order: Order, parcel: Parcel, content: tuple[ShippedLine, ...], *, complete: bool
) -> OrderShipped:
    return OrderShipped(
        **order_fields(tx, order),
        parcel_id=parcel.id,
        carrier=parcel.carrier,
        waybill_no=parcel.waybill_no,
        lines=content,
        complete=complete,
    )


async def register_return(tx: Transaction[Settings], event: ReturnShipped) -> None:
    """The buyer sends goods back for a case: that parcel is followed from now on.

    Raises:
        NotFound: there is no such order.
    """
    await _follow(tx, await tx.lock(ORDERS, event.order_id), ParcelLeg.RETURN, event)


async def expect_pickup(tx: Transaction[Settings], event: PickupWaybillGiven) -> None:
    """A courier will collect goods for a case under this waybill: that parcel is followed, in place of one that was named before.

    Raises:
        NotFound: there is no such order.
    """
    await _correct(tx, ParcelLeg.RETURN, event)


async def give_up_pickup(tx: Transaction[Settings], event: PickupWaybillWithdrawn) -> None:
    """No courier collects goods for a case under this waybill: that parcel is followed no more, unless it was scanned.

    Raises:
        NotFound: there is no such order.
    """
    await tx.lock(ORDERS, event.order_id)
    known = (event.carrier, event.waybill_no)
    await _withdraw(tx, ParcelLeg.RETURN, event, known, tracking.PICKUP_GIVEN_UP)


async def register_replacement(tx: Transaction[Settings], event: ReplacementShipped) -> None:
    """The merchant sends goods to the buyer for a case: that parcel is followed from now on.

    Raises:
        NotFound: there is no such order.
    """
    order = await tx.lock(ORDERS, event.order_id)
    parcel = await _follow(tx, order, ParcelLeg.EXCHANGE, event)
    if parcel is not None:
        await stock.replace_units(tx, order, event, parcel.id)


async def register_refused_goods(tx: Transaction[Settings], event: RefusedGoodsReturned) -> None:
    """The merchant sends goods that it has refused back to the buyer: that parcel is followed, in place of one that was named before.

    Raises:
        NotFound: there is no such order.
    """
    await _correct(tx, ParcelLeg.REFUSED_GOODS, event)


async def register_labelled(tx: Transaction[Settings], order_id: str, hand_over: HandOver) -> Parcel:
    """Follow the parcel of a case that a courier was asked to collect; the one that is followed under its waybill already, if there is one.

    Raises:
        NotFound: there is no such order.
    """
    order = await tx.lock(ORDERS, order_id)
    open_ = [each for each in await _registered(tx, order_id, hand_over) if not each.terminal]
    if open_:
        return open_[0]
    parcel = await _register(tx, order, hand_over)
    await parcels.catch_up(tx, parcel)
    return parcel


async def correct_return(tx: Transaction[Settings], event: ReturnWaybillCorrected) -> None:
    """The buyer has corrected the waybill of a return: follow the new one, and withdraw the old one unless it was scanned.

    Raises:
        NotFound: there is no such order.
    """
    await _correct(tx, ParcelLeg.RETURN, event)


async def correct_replacement(tx: Transaction[Settings], event: ReplacementWaybillCorrected) -> None:
    """The merchant has corrected the waybill of a replacement: follow the new one, and withdraw the old one unless it was scanned.

    Raises:
        NotFound: there is no such order.
    """
    await _correct(tx, ParcelLeg.EXCHANGE, event)


async def _correct(tx: Transaction[Settings], leg: ParcelLeg, event: Corrected) -> None:
    """Follow the parcel of the event; the one that was named before, if any, is followed no more unless it was scanned."""
    order = await tx.lock(ORDERS, event.order_id)
    if event.previous_carrier is not None and event.previous_waybill_no is not None:
        known = (event.previous_carrier, event.previous_waybill_no)
        await _withdraw(tx, leg, event, known, tracking.WAYBILL_CORRECTED)
    await _follow(tx, order, leg, event)


async def _withdraw(
    tx: Transaction[Settings], leg: ParcelLeg, event: Withdrawing, waybill: tuple[str, str], reason: str
) -> None:
    """Follow the parcels of a case under this carrier and waybill no more, unless they were scanned."""
    carrier, waybill_no = waybill
    old = await tx.all(
        PARCELS_OF_ORDER_BY_WAYBILL,
        order_id=event.order_id,
        leg=leg,
        carrier=carrier,
        waybill_no=waybill_no,
        case_id=event.case_id,
    )
    for parcel in old:
        if parcel.status is ParcelStatus.PENDING:
            await parcels.withdraw(tx, parcel, event.time, reason)


async def _follow(tx: Transaction[Settings], order: Order, leg: ParcelLeg, event: OfCase) -> Parcel | None:
    """Register a parcel of a case once; None where it was before. Under a waybill number whose parcel has ended, it is another parcel."""
    hand_over = HandOver(
        leg=leg,
        carrier=event.carrier,
        waybill_no=event.waybill_no,
        content=event.lines,
        at=event.time,
        case_id=event.case_id,
    )
    known = await _registered(tx, order.id, hand_over)
    if any(not parcel.terminal or parcel.handed_over_at == event.time for parcel in known):
        return None
    parcel = await _register(tx, order, hand_over)
    await parcels.catch_up(tx, parcel)
    return parcel


async def _registered(tx: Transaction[Settings], order_id: str, hand_over: HandOver) -> list[Parcel]:
    """The parcels of this order that are followed under the waybill of the hand-over."""
    return [each for each in await order_units.read_parcels(tx, order_id) if hand_over.names(each)]


async def _register(tx: Transaction[Settings], order: Order, hand_over: HandOver) -> Parcel:
    expected = hand_over.at + timedelta(hours=order.own_settings.get("delivery_hours", tx.settings.delivery_hours))
    parcel = Parcel(
        id=tx.new_id("parcel"),
        version=0,
        order_id=order.id,
        case_id=hand_over.case_id,
        buyer_id=order.buyer_id,
        merchant_id=order.merchant_id,
        leg=hand_over.leg,
        carrier=hand_over.carrier,
        waybill_no=hand_over.waybill_no,
        status=ParcelStatus.PENDING,
        reason=None,
        terminal=False,
        delivered_to=None,
        status_at=tx.now,
        handed_over_at=hand_over.at,
        created_at=tx.now,
        reference=hand_over.reference,
        deliver_by_at=expected if hand_over.leg is ParcelLeg.OUTBOUND else None,
    )
    parcel = anomalies.watched(tx, parcel)
    event = ParcelRegistered(**parcel_fields(tx, parcel), lines=hand_over.content, handed_over_at=hand_over.at)
    parcel = await tx.create(PARCELS, parcel, event)
    content = (ParcelLine(parcel_id=parcel.id, line_id=c.line_id, quantity=c.quantity) for c in hand_over.content)
    await tx.insert(PARCEL_LINES, *content)
    await partner_inbox.wake(tx, hand_over.waybill_no, hand_over.reference)
    await parcel_tracking.follow(tx, parcel)
    return parcel
