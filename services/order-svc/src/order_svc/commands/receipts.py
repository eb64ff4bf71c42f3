"""From the last parcel or refund to the end of an order: delivered, received, completed, and the timers between."""

from dataclasses import replace
from datetime import datetime, timedelta

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.lifecycle import SYSTEM
from aftercare_events import OrderCompleted, OrderDelivered, OrderReceiptConfirmed

from order_svc.commands import holds, orders
from order_svc.commands.orders import about
from order_svc.domain import fulfilment, policy
from order_svc.domain.lifecycle import ORDER, OrderAction
from order_svc.domain.model import CancelCause, Order, OrderState
from order_svc.tables.orders import LINES_OF, ORDERS
from order_svc.tables.payments import PAYMENTS


def timer(tx: Transaction, order: Order) -> datetime | None:
    """When a delivered order moves by itself. The timer stands still while a case or dispute is open."""
    if order.delivered_at is None or policy.after_sale_open(order):
        return None
    return order.window_ends_at or order.delivered_at + timedelta(hours=tx.settings.auto_receipt_hours)


async def settle(tx: Transaction, order: Order) -> Order:
    """End or deliver the locked order where its parcels and refunds leave nothing to wait for.

    Called after every fact that may be the last one: a parcel's end, a refund's success, a case's completion.
    """
    if order.state not in (OrderState.PAID, OrderState.SHIPPED) or order.payment_id is None:
        return order
    if not fulfilment.fully_shipped(await tx.all(LINES_OF, order_id=order.id)):
        return order
    goods = await holds.goods(tx, order.id)
    payment = await tx.get(PAYMENTS, order.payment_id)
    if fulfilment.wholly_refunded(goods, payment.refunded_minor):
        return await orders.call_off(tx, order, OrderAction.REFUND_WHOLLY, CancelCause.REFUNDED, SYSTEM)
    arrived = fulfilment.arrived_at(goods)
    return order if arrived is None else await _deliver(tx, order, arrived)


async def _deliver(tx: Transaction, order: Order, arrived: datetime) -> Order:
    # A courier's clock may be wrong, but nothing arrives before it was sent or after we heard of it.
    at = min(max(arrived, order.shipped_at or arrived), tx.now)
    delivered = replace(order, state=ORDER.move(order.state, OrderAction.DELIVER, SYSTEM), delivered_at=at)
    delivered = replace(delivered, deadline_at=timer(tx, delivered))
    return await tx.save(ORDERS, delivered, OrderDelivered(**about(tx, delivered), delivered_at=at))


async def confirm(tx: Transaction, order_id: str) -> Order:
    """The buyer has the goods, whatever the courier says; the after-sale window runs from here."""
    order = await tx.lock(ORDERS, order_id)
    state = ORDER.move(order.state, OrderAction.CONFIRM_RECEIPT, tx.actor)
    policy.check(order, OrderAction.CONFIRM_RECEIPT, await tx.all(LINES_OF, order_id=order_id))
    return await _receive(tx, order, state, "buyer")


async def _receive(tx: Transaction, order: Order, state: OrderState, cause: str) -> Order:
    ends = tx.now + timedelta(hours=tx.settings.after_sale_window_hours)
    at = order.delivered_at or tx.now
    received = replace(order, state=state, delivered_at=at, received_at=tx.now, window_ends_at=ends)
    received = replace(received, deadline_at=timer(tx, received))
    facts = about(tx, received)
    arrival = [] if order.delivered_at else [OrderDelivered(**facts, delivered_at=at)]
    confirmed = OrderReceiptConfirmed(**facts, confirmed_at=tx.now, cause=cause, window_ends_at=ends)
    return await tx.save(ORDERS, received, *arrival, confirmed)


async def receipt_due(tx: Transaction, order: Order) -> Order:
    """The timer of a delivered order: first it counts as received, and after the window it is completed."""
    if order.received_at is None:
        state = ORDER.move(order.state, OrderAction.CONFIRM_RECEIPT, SYSTEM)
        return await _receive(tx, order, state, "timeout")
    state = ORDER.move(order.state, OrderAction.COMPLETE, SYSTEM)
    completed = replace(order, state=state, completed_at=tx.now, deadline_at=None)
    return await tx.save(ORDERS, completed, OrderCompleted(**about(tx, completed), completed_at=tx.now))
