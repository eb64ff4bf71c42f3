"""What records an own event again after a restore, from what the event says; the transaction has the time of the event.

What a provider has reported is applied again. A person's command is repeated where the event has all that it needs.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.lifecycle import Actor
from aftercare_events import (
    Event,
    OrderCancelled,
    OrderReceiptConfirmed,
    PaymentFailed,
    PaymentSucceeded,
    RefundFailed,
    RefundSubmitted,
    RefundSucceeded,
    RefundUnknown,
)
from aftercare_events.catalogue.orders import CancelCause, ReceiptCause
from aftercare_events.catalogue.payments import RefundEvent, RefundShareFailed, RefundShareSucceeded

from order_svc.commands.deadlines import order_timer
from order_svc.commands.orders import recalls, receipts
from order_svc.commands.payments import payment_locks, payments, refunds
from order_svc.integrations.payments.port import Outcome, ProviderResult
from order_svc.settings import Settings
from order_svc.tables.orders import ORDERS
from order_svc.tables.payments import REFUNDS


async def payment_succeeded(tx: Transaction[Settings], event: PaymentSucceeded) -> None:
    """The provider has reported that it took the money."""
    captured = None if event.authorised_minor is None else event.amount_minor
    result = ProviderResult(outcome=Outcome.SUCCEEDED, reference=event.provider_reference, captured_minor=captured)
    await payments.apply_result(tx, event.payment_id, result=result)


async def payment_failed(tx: Transaction[Settings], event: PaymentFailed) -> None:
    """The provider has reported that it did not, or the payment was given up for this reason."""
    result = ProviderResult(outcome=Outcome.DECLINED, failure_code=event.failure_code)
    await payments.apply_result(tx, event.payment_id, result=result)


async def refund_submitted(tx: Transaction[Settings], event: RefundSubmitted) -> None:
    """A worker was about to submit it. Its call is made again, under the same id."""
    _, payment = await payment_locks.lock(tx, event.payment_id)
    refund = await tx.get(REFUNDS, _row_of(event, event.share_id))
    refunds.name_cause(tx, refund)
    await refunds.submit(tx, payment, refund)


async def refund_succeeded(tx: Transaction[Settings], event: RefundSucceeded | RefundShareSucceeded) -> None:
    """The provider has reported that it paid it back. What was given back outside of it is for a person."""
    if event.outside is None:
        share = event.share_id if isinstance(event, RefundShareSucceeded) else None
        result = ProviderResult(outcome=Outcome.SUCCEEDED, reference=event.provider_reference)
        await refunds.apply_response(tx, _row_of(event, share), result=result)


async def refund_failed(tx: Transaction[Settings], event: RefundFailed | RefundShareFailed) -> None:
    """The provider has declined it."""
    share = event.share_id if isinstance(event, RefundShareFailed) else None
    result = ProviderResult(outcome=Outcome.DECLINED, failure_code=event.failure_code)
    await refunds.apply_response(tx, _row_of(event, share), result=result)


async def refund_unknown(tx: Transaction[Settings], event: RefundUnknown) -> None:
    """The provider has not answered."""
    await refunds.apply_response(tx, _row_of(event, event.share_id), result=ProviderResult(outcome=Outcome.UNKNOWN))


def _row_of(event: RefundEvent, share_id: str | None) -> str:
    return share_id or event.refund_id


async def order_received(tx: Transaction[Settings], event: OrderReceiptConfirmed) -> None:
    """The buyer has confirmed the receipt, or the time for that ran out."""
    if event.cause == ReceiptCause.TIMEOUT:
        await order_timer.act(tx, await tx.lock(ORDERS, event.order_id))
        return
    tx.actor = Actor(event.handler, "buyer")
    await receipts.confirm(tx, event.order_id)


async def order_cancelled(tx: Transaction[Settings], event: OrderCancelled) -> None:
    """The buyer or the seller has cancelled it, or the time for its payment ran out."""
    if event.cause == CancelCause.BUYER:
        tx.actor = Actor(event.handler, "buyer")
        await recalls.cancel(tx, event.order_id, reason=event.reason)
    elif event.cause == CancelCause.SELLER:
        tx.actor = Actor(event.handler, "seller", event.merchant_id)
        await recalls.cancel(tx, event.order_id, reason=event.reason)
    else:
        await order_timer.act(tx, await tx.lock(ORDERS, event.order_id))


# Any: each function takes its own event class, which is the key beside it.
REDO: Mapping[type[Event], Callable[[Transaction[Settings], Any], Awaitable[object]]] = {
    PaymentSucceeded: payment_succeeded,
    PaymentFailed: payment_failed,
    RefundSubmitted: refund_submitted,
    RefundSucceeded: refund_succeeded,
    RefundShareSucceeded: refund_succeeded,
    RefundFailed: refund_failed,
    RefundShareFailed: refund_failed,
    RefundUnknown: refund_unknown,
    OrderReceiptConfirmed: order_received,
    OrderCancelled: order_cancelled,
}
