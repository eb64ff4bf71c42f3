"""What a merchant fulfils beside parcels: virtual goods that are delivered without one, and the times to ship that pass."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.lifecycle import SystemContext
from aftercare_events import ShippedLine
from aftercare_events.catalogue.shipment_times import OrderDeliveryOverdue, OrderShipmentOverdue, VirtualGoodsDelivered

from order_svc.commands import effects
from order_svc.commands.deadlines import order_timer
from order_svc.commands.orders import order_units, stock
from order_svc.commands.parcels import shipments
from order_svc.commands.record import order_fields
from order_svc.domain import deliveries, fulfilment
from order_svc.domain.fulfilment import Pick, unshipped
from order_svc.domain.lifecycle import ORDER, OrderAction
from order_svc.domain.model import Order
from order_svc.domain.sales import goods
from order_svc.domain.sales.stock import changes
from order_svc.settings import Settings
from order_svc.tables.orders import LINES_OF_ORDER, ORDERS
from order_svc.tables.parcels import MARK_OVERDUE, PARCELS


async def deliver_virtual(tx: Transaction[Settings], order_id: str, *, picks: Sequence[Pick]) -> Order:
    """The merchant has delivered virtual units: a code, a download, a ticket. The order is delivered where nothing else is left.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed: see ORDER.
        NotVirtual: see `goods.check_kind`.
        UnknownLine, DuplicateLine, QuantityExceedsShippable, UnitsHeldByCase: see `fulfilment.ship`.
    """
    order = await tx.lock(ORDERS, order_id)
    handed_over = ORDER.apply(order, OrderAction.DELIVER_VIRTUAL, tx)
    lines = await tx.all(LINES_OF_ORDER, order_id=order_id)
    goods.check_kind(lines, picks, virtual=True)
    delivered = await shipments.shipped_lines(tx, lines, picks)
    left = [delivered.get(line.id, line) for line in lines]
    handed_over = replace(handed_over, virtual_delivered_at=tx.now)
    handed_over = ORDER.reschedule(replace(handed_over, ship_by_at=goods.next_ship_by(handed_over, left)), tx)
    event = VirtualGoodsDelivered(
        **order_fields(tx, handed_over),
        lines=tuple(ShippedLine(line_id=pick.line_id, quantity=pick.quantity) for pick in picks),
        complete=fulfilment.fully_shipped(left),
    )
    moved = await stock.commit(tx, handed_over, changes(lines, left, "shipped_quantity"))
    saved = await effects.enter(tx, order, handed_over, event, *moved)
    return await effects.advance(tx, saved, await order_units.read(tx, order_id))


@order_timer(OrderAction.MARK_OVERDUE)
async def mark_overdue(tx: Transaction[Settings], order: Order) -> Order:
    """The time to ship some units of the locked order has passed. The order goes on, with the next time that can be missed.

    Raises:
        IllegalTransition: the order is neither paid nor shipped.
    """
    lines = await tx.all(LINES_OF_ORDER, order_id=order.id)
    late = goods.missed(order, lines, tx.now)
    known = replace(order, shipment_overdue_at=max((at for _, at in late), default=order.ship_by_at))
    marked = ORDER.apply(
        replace(known, ship_by_at=goods.next_ship_by(known, lines)), OrderAction.MARK_OVERDUE, SystemContext.of(tx)
    )
    event = OrderShipmentOverdue(
        **order_fields(tx, marked),
        ship_by_at=min((at for _, at in late), default=tx.now),
        lines=tuple(ShippedLine(line_id=line.id, quantity=unshipped(line)) for line, _ in late),
    )
    return await effects.enter(tx, order, marked, event)


@order_timer(OrderAction.MARK_UNDELIVERED)
async def mark_undelivered(tx: Transaction[Settings], order: Order) -> Order:
    """Parcels of the locked order have not arrived in time: an agent finds out what has become of them, and is reminded after as long again.

    Raises:
        IllegalTransition: the order is not shipped.
    """
    again = tx.now + timedelta(hours=order.own_settings.get("delivery_hours", tx.settings.delivery_hours))
    parcels = await order_units.read_parcels(tx, order.id)
    late = {each.id: each for each in deliveries.overdue(parcels, tx.now, again)}
    for each in late.values():
        times = {"deliver_by_at": each.deliver_by_at, "delivery_overdue_at": each.delivery_overdue_at}
        tx.change(PARCELS.name, MARK_OVERDUE, parcel_id=each.id, **times)
    known = deliveries.expected(replace(order, deliver_by_at=again), [late.get(each.id, each) for each in parcels])
    marked = ORDER.apply(known, OrderAction.MARK_UNDELIVERED, SystemContext.of(tx))
    event = OrderDeliveryOverdue(
        **order_fields(tx, marked), deliver_by_at=order.deliver_by_at or tx.now, parcel_ids=tuple(late)
    )
    return await effects.enter(tx, order, marked, event)
