"""Cancelling an order before anything of it was shipped."""

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.lifecycle import SystemContext

from order_svc.commands import effects
from order_svc.commands.deadlines import order_timer
from order_svc.domain.lifecycle import ORDER, OrderAction
from order_svc.domain.model import CancelCause, Order, ReviewState
from order_svc.settings import Settings


async def cancel_locked(tx: Transaction[Settings], order: Order, reason: str | None = None) -> Order:
    """The buyer, the seller or an agent cancels the locked order; what was paid is refunded in full. `reason` is a code of the caller.

    Raises:
        IllegalTransition, ActionNotAllowed, AfterSaleOpen, PackedNeedsMerchant, AlreadyShipped: see ORDER.
    """
    cancelled = ORDER.apply(order, OrderAction.CANCEL, tx)
    return await effects.cancel(tx, order, cancelled, cause_of(tx), reason)


def cause_of(tx: Transaction[Settings]) -> CancelCause:
    """Why the actor's cancellation happens: an agent cancels for the buyer."""
    return CancelCause.SELLER if tx.actor.role == "seller" else CancelCause.BUYER


@order_timer(OrderAction.EXPIRE)
async def expire(tx: Transaction[Settings], order: Order) -> Order:
    """The locked order was not paid in time. A payment in progress goes on, and is refunded if it succeeds.

    Raises:
        IllegalTransition: the order is not waiting for its payment.
    """
    in_review = order.review is ReviewState.PENDING
    cause = CancelCause.REVIEW_TIMEOUT if in_review else CancelCause.PAYMENT_TIMEOUT
    expired = ORDER.apply(order, OrderAction.EXPIRE, SystemContext.of(tx))
    return await effects.cancel(tx, order, expired, cause)
