"""Our copy of order facts: idempotent upserts, in the order of the order's own events."""

from aftercare_chassis.consumer.errors import Retry
from aftercare_chassis.database.transaction import Transaction
from aftercare_events import (
    OrderCancelled,
    OrderCompleted,
    OrderCreated,
    OrderDelivered,
    OrderPaid,
    OrderReceiptConfirmed,
    OrderShipped,
)

from aftersale_svc.domain.codes import OrderState
from aftersale_svc.domain.model import Order, OrderLine
from aftersale_svc.tables.orders import END_WINDOW, MOVE_ORDER, ORDER_LINES, ORDERS, SHIP_LINES

STATES = {
    OrderShipped: OrderState.SHIPPED,
    OrderDelivered: OrderState.DELIVERED,
    OrderCompleted: OrderState.COMPLETED,
    OrderCancelled: OrderState.CANCELLED,
}


async def order_created(tx: Transaction, event: OrderCreated) -> None:
    """An order that is not paid yet."""
    await _put(tx, event, OrderState.CREATED, None)


async def order_paid(tx: Transaction, event: OrderPaid) -> None:
    """From here on a case may be opened."""
    await _put(tx, event, OrderState.PAID, event.payment_id)


async def order_moved(tx: Transaction, event: OrderShipped | OrderDelivered | OrderCompleted | OrderCancelled) -> None:
    """The order went on."""
    if not await tx.execute(MOVE_ORDER, order_id=event.order_id, state=STATES[type(event)]):
        raise Retry(awaits=event.order_id)


async def order_shipped(tx: Transaction, event: OrderShipped) -> None:
    """A parcel has left with some units. The sum is right because an order's events are taken once each, from its first."""
    await order_moved(tx, event)
    parcel = {"line_ids": [line.line_id for line in event.lines], "units": [line.quantity for line in event.lines]}
    await tx.execute(SHIP_LINES, order_id=event.order_id, **parcel)


async def receipt_confirmed(tx: Transaction, event: OrderReceiptConfirmed) -> None:
    """The after-sale window runs."""
    window = {"state": OrderState.DELIVERED, "window_ends_at": event.window_ends_at}
    if not await tx.execute(END_WINDOW, order_id=event.order_id, **window):
        raise Retry(awaits=event.order_id)


async def _put(tx: Transaction, event: OrderCreated | OrderPaid, state: OrderState, payment_id: str | None) -> None:
    order = Order(
        id=event.order_id,
        buyer_id=event.buyer_id,
        merchant_id=event.merchant_id,
        state=state,
        currency=event.currency,
        shipping_fee_minor=event.shipping_fee_minor,
        payment_id=payment_id,
    )
    await tx.upsert(ORDERS, order)
    for position, line in enumerate(event.lines):
        copy = OrderLine(
            order_id=event.order_id,
            line_id=line.line_id,
            position=position,
            sku=line.sku,
            quantity=line.quantity,
            paid_minor=line.paid_minor,
        )
        await tx.upsert(ORDER_LINES, copy)
