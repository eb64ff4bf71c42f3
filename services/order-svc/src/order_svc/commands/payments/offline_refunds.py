"""Refunds that a merchant has made outside the payment provider, as their cases report them."""

from dataclasses import replace

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.lifecycle import SystemContext
from aftercare_events import OfflineRefundConfirmed, RefundSucceeded

from order_svc.commands import effects
from order_svc.commands.payments import refund_requests, refund_shares
from order_svc.commands.payments.refund_creation import new_refund
from order_svc.commands.record import refund_fields
from order_svc.domain.model import Amount, Order
from order_svc.domain.payments.allocation import allocate, refusal, rooms_of
from order_svc.domain.payments.lifecycle import REFUND, RefundAction
from order_svc.domain.payments.model import Payment, Refund
from order_svc.settings import Settings
from order_svc.tables.compensations import COMPENSATIONS_OF
from order_svc.tables.orders import ORDERS
from order_svc.tables.payments import REFUNDS, REFUNDS_OF


async def confirmed(tx: Transaction[Settings], event: OfflineRefundConfirmed) -> None:
    """Record a refund that was made without the provider: it counts as refunded, and nothing is submitted.

    RefundFailed is the answer to more than is left of the payment.

    Raises:
        NotFound: there is no such order or payment.
        ValueError: the payment belongs to another order.
    """
    order = await tx.lock(ORDERS, event.order_id)
    payment, payments = await refund_requests.payments_for(tx, order, event.payment_id)
    if await tx.find(REFUNDS, event.refund_id) is not None:
        return
    amount = Amount(event.amount_minor, event.currency)
    refund = new_refund(tx, payment, amount, event.cause, refund_id=event.refund_id, case_id=event.case_id)
    refund = replace(refund, outside=event.method)
    rooms = rooms_of(payments, await tx.all(REFUNDS_OF, payment_ids=[each.id for each in payments]), tx.now)
    refused = refusal(amount, rooms, await tx.all(COMPENSATIONS_OF, order_id=order.id), outside=True)
    if refused is not None:
        await refund_requests.refuse(tx, order, payment, refund, refused)
        return
    shares = allocate(amount.minor, rooms, outside=True)
    rows = refund_shares.split(refund, shares)
    await tx.insert(REFUNDS, *rows)
    for share, row in zip(shares, rows, strict=True):
        await settle(tx, order, share.payment, row)


async def settle(tx: Transaction[Settings], order: Order, payment: Payment, refund: Refund) -> None:
    """Record that a new refund, or a share of one, was made without the provider; the order and the payment are locked.

    Raises:
        IllegalTransition: the refund is not new.
    """
    done = replace(REFUND.apply(refund, RefundAction.RECORD, SystemContext.of(tx)), settled_at=tx.now)
    reduced = replace(payment, refunded_minor=payment.refunded_minor + refund.amount_minor)
    if done.share_of is not None:
        await refund_shares.succeed(tx, order, reduced, done)
        return
    event = RefundSucceeded(**refund_fields(tx, reduced, done), outside=refund.outside)
    await effects.end_refund(tx, order, reduced, done, event, then=done.state)
