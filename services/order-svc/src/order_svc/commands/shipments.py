"""Parcels on their way: handed over by the seller, or sent back by the buyer for a case."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from aftercare_chassis.database.transaction import Transaction
from aftercare_events import OrderShipped, ParcelRegistered, ReturnShipped, ReturnWaybillCorrected, ShippedLine

from order_svc.commands import courier_pushes, orders, parcels
from order_svc.commands.parcels import about
from order_svc.domain import errors, fulfilment
from order_svc.domain.fulfilment import Pick
from order_svc.domain.lifecycle import ORDER, OrderAction
from order_svc.domain.model import Line, Order
from order_svc.domain.tracking import Leg, Parcel, ParcelLine, ParcelStatus
from order_svc.tables.cases import CASE_LINES_OF
from order_svc.tables.orders import LINES, LINES_OF, ORDERS
from order_svc.tables.parcels import PARCEL_LINES, PARCELS, PARCELS_ON_ORDER


async def ship(tx: Transaction, order_id: str, *, carrier: str, waybill_no: str, picks: Sequence[Pick]) -> Parcel:
    """Hand units of an order to a courier; never more than are left to ship, nor those that a case holds."""
    order = await tx.lock(ORDERS, order_id)
    state = ORDER.move(order.state, OrderAction.SHIP, tx.actor)
    lines = await tx.all(LINES_OF, order_id=order_id)
    held = any(line.held_quantity for line in lines)
    shipped = fulfilment.ship(lines, picks, await tx.all(CASE_LINES_OF, order_id=order_id) if held else ())
    if await _registered(tx, order_id, Leg.OUTBOUND, carrier, waybill_no):
        raise errors.WaybillTaken(pointer="/waybill_no", waybill_no=waybill_no)
    content = tuple(ShippedLine(line_id=pick.line_id, quantity=pick.quantity) for pick in picks)
    parcel = await _register(tx, order, Leg.OUTBOUND, carrier, waybill_no, content, handed_over_at=tx.now)
    for line in shipped:
        await tx.upsert(LINES, line)
    await _tell_shipped(tx, replace(order, state=state), lines, shipped, parcel, content)
    return parcel


async def _tell_shipped(
    tx: Transaction,
    order: Order,
    lines: Sequence[Line],
    shipped: Sequence[Line],
    parcel: Parcel,
    content: tuple[ShippedLine, ...],
) -> None:
    changed = {line.id: line for line in shipped}
    complete = fulfilment.fully_shipped(changed.get(line.id, line) for line in lines)
    on_its_way = replace(order, shipped_at=order.shipped_at or tx.now)
    event = OrderShipped(
        **orders.about(tx, on_its_way),
        parcel_id=parcel.id,
        carrier=parcel.carrier,
        waybill_no=parcel.waybill_no,
        lines=content,
        complete=complete,
    )
    await tx.save(ORDERS, on_its_way, event)


async def register_return(tx: Transaction, event: ReturnShipped) -> None:
    """The buyer sends goods back for a case: from here on that parcel is followed, too."""
    order = await tx.lock(ORDERS, event.order_id)
    await _follow_return(tx, order, event)


async def correct_return(tx: Transaction, event: ReturnWaybillCorrected) -> None:
    """The buyer had named a wrong waybill: follow the right one instead, and leave the wrong one unless it has moved."""
    order = await tx.lock(ORDERS, event.order_id)
    wrong = await _registered(
        tx, order.id, Leg.RETURN, event.previous_carrier, event.previous_waybill_no, event.case_id
    )
    for parcel in wrong:
        if parcel.status is ParcelStatus.PENDING:
            await parcels.withdraw(tx, parcel, event.time)
    await _follow_return(tx, order, event)


async def _follow_return(tx: Transaction, order: Order, event: ReturnShipped | ReturnWaybillCorrected) -> None:
    """A return is registered once; under a number whose last journey is over, it is another one."""
    known = await _registered(tx, order.id, Leg.RETURN, event.carrier, event.waybill_no, event.case_id)
    if any(not parcel.terminal or parcel.handed_over_at == event.time for parcel in known):
        return
    parcel = await _register(
        tx,
        order,
        Leg.RETURN,
        event.carrier,
        event.waybill_no,
        event.lines,
        case_id=event.case_id,
        handed_over_at=event.time,
    )
    await parcels.catch_up(tx, parcel)


async def _registered(
    tx: Transaction, order_id: str, leg: Leg, carrier: str, waybill_no: str, case_id: str | None = None
) -> list[Parcel]:
    """The parcels that are followed on this order under this waybill."""
    return await tx.all(
        PARCELS_ON_ORDER, order_id=order_id, leg=leg, carrier=carrier, waybill_no=waybill_no, case_id=case_id
    )


async def _register(
    tx: Transaction,
    order: Order,
    leg: Leg,
    carrier: str,
    waybill_no: str,
    content: tuple[ShippedLine, ...],
    *,
    case_id: str | None = None,
    handed_over_at: datetime,
) -> Parcel:
    parcel = Parcel(
        id=tx.new_id("parcel"),
        version=0,
        order_id=order.id,
        case_id=case_id,
        buyer_id=order.buyer_id,
        merchant_id=order.merchant_id,
        leg=leg,
        carrier=carrier,
        waybill_no=waybill_no,
        status=ParcelStatus.PENDING,
        reason=None,
        terminal=False,
        delivered_to=None,
        status_at=tx.now,
        handed_over_at=handed_over_at,
        created_at=tx.now,
    )
    registered = ParcelRegistered(**about(tx, parcel), lines=content, handed_over_at=handed_over_at)
    parcel = await tx.create(PARCELS, parcel, registered)
    await tx.insert(
        PARCEL_LINES, *(ParcelLine(parcel_id=parcel.id, line_id=c.line_id, quantity=c.quantity) for c in content)
    )
    await courier_pushes.wake(tx, waybill_no)
    return parcel
