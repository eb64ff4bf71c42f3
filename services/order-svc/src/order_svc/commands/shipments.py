"""Parcels on their way: handed over by the seller, or sent back by the buyer for a case."""

from collections.abc import Sequence
from dataclasses import replace

from aftercare_chassis.transaction import Transaction
from aftercare_events import OrderShipped, ParcelRegistered, ReturnShipped, ShippedLine

from order_svc.commands import orders
from order_svc.commands.parcels import about
from order_svc.domain import errors, policy
from order_svc.domain.lifecycle import ORDER, OrderAction
from order_svc.domain.model import Line, Order
from order_svc.domain.policy import Pick
from order_svc.domain.tracking import Leg, Parcel, ParcelLine, ParcelStatus
from order_svc.tables.orders import LINES, LINES_OF, ORDERS
from order_svc.tables.parcels import PARCEL_LINES, PARCEL_ON_ORDER, PARCELS


async def ship(tx: Transaction, order_id: str, *, carrier: str, waybill_no: str, picks: Sequence[Pick]) -> Parcel:
    """Hand units of an order to a courier; never more than are left to ship."""
    order = await tx.lock(ORDERS, order_id)
    state = ORDER.move(order.state, OrderAction.SHIP, tx.actor)
    lines = await tx.all(LINES_OF, order_id=order_id)
    shipped = policy.ship(lines, picks)
    if await _registered(tx, order_id, Leg.OUTBOUND, carrier, waybill_no, None) is not None:
        raise errors.WaybillTaken(pointer="/waybill_no", waybill_no=waybill_no)
    content = tuple(ShippedLine(line_id=pick.line_id, quantity=pick.quantity) for pick in picks)
    parcel = await _register(tx, order, Leg.OUTBOUND, carrier, waybill_no, content)
    for line in shipped:
        await tx.put(LINES, line)
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
    complete = policy.fully_shipped(changed.get(line.id, line) for line in lines)
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
    if await _registered(tx, order.id, Leg.RETURN, event.carrier, event.waybill_no, event.case_id) is None:
        await _register(tx, order, Leg.RETURN, event.carrier, event.waybill_no, event.lines, event.case_id)


async def _registered(
    tx: Transaction, order_id: str, leg: Leg, carrier: str, waybill_no: str, case_id: str | None
) -> Parcel | None:
    return await tx.one(
        PARCEL_ON_ORDER, order_id=order_id, leg=leg, carrier=carrier, waybill_no=waybill_no, case_id=case_id
    )


async def _register(
    tx: Transaction,
    order: Order,
    leg: Leg,
    carrier: str,
    waybill_no: str,
    content: tuple[ShippedLine, ...],
    case_id: str | None = None,
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
        created_at=tx.now,
    )
    parcel = await tx.insert(PARCELS, parcel, ParcelRegistered(**about(tx, parcel), lines=content))
    await tx.add(
        PARCEL_LINES, *(ParcelLine(parcel_id=parcel.id, line_id=c.line_id, quantity=c.quantity) for c in content)
    )
    return parcel
