"""Ending an order before anything of it was shipped, and giving back what was paid for it."""

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.lifecycle import SYSTEM

from order_svc.commands import orders, refund_requests
from order_svc.domain import policy
from order_svc.domain.lifecycle import ORDER, OrderAction
from order_svc.domain.model import CancelCause, Order
from order_svc.tables.orders import ORDERS
from order_svc.tables.payments import PAYMENTS


async def cancel(tx: Transaction, order_id: str) -> Order:
    """Buyer or seller call the order off; a paid one is refunded in full."""
    order = await tx.lock(ORDERS, order_id)
    ORDER.move(order.state, OrderAction.CANCEL, tx.actor)
    policy.check(order, OrderAction.CANCEL, ())
    cause = CancelCause.SELLER if tx.actor.role == "seller" else CancelCause.BUYER
    cancelled = await orders.call_off(tx, order, OrderAction.CANCEL, cause, tx.actor)
    if order.payment_id is not None:
        payment = await tx.lock(PAYMENTS, order.payment_id)
        await refund_requests.give_back(tx, cancelled, payment, "order_cancelled")
    return cancelled


async def payment_due(tx: Transaction, order: Order) -> Order:
    """Nobody has paid in time. A payment still in progress is followed to its end and refunded if it succeeds."""
    return await orders.call_off(tx, order, OrderAction.EXPIRE, CancelCause.PAYMENT_TIMEOUT, SYSTEM)
