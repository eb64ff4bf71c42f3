"""Payments: started by the buyer, carried out by a worker, ended by the provider's word."""

from dataclasses import replace
from typing import Any

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.lifecycle import SYSTEM
from aftercare_events import PaymentFailed, PaymentStarted, PaymentSucceeded

from order_svc.commands import call_queue, orders, refund_creation
from order_svc.domain import errors
from order_svc.domain.lifecycle import ORDER, OrderAction
from order_svc.domain.model import Order, OrderState
from order_svc.domain.payments.lifecycle import PAYMENT, PaymentAction
from order_svc.domain.payments.model import CallSubject, Payment, PaymentState
from order_svc.integrations.payments.port import Answer, Outcome
from order_svc.integrations.payments.registry import NAMES
from order_svc.tables.orders import ORDERS
from order_svc.tables.payments import DROP_CALL, PAYMENTS, PENDING_PAYMENT


def about(tx: Transaction, payment: Payment, **other: Any) -> dict[str, Any]:
    """The six answers and the ids of every event of a payment."""
    return {
        "affected_party": payment.buyer_id,
        "applicant": payment.buyer_id,
        "handler": tx.actor.id,
        "time": tx.now,
        "result": payment.state.value,
        "payment_id": payment.id,
        "order_id": payment.order_id,
        "buyer_id": payment.buyer_id,
        "merchant_id": payment.merchant_id,
        "provider": payment.provider,
        "amount_minor": payment.amount_minor,
        "currency": payment.currency,
        **other,
    }


async def start(tx: Transaction, order_id: str, *, provider: str, method: str) -> Payment:
    """Pay the whole order. One payment at a time: while one is pending, another is refused."""
    order = await tx.lock(ORDERS, order_id)
    ORDER.apply(order, OrderAction.PAY, tx)
    if provider not in NAMES:
        raise errors.UnknownProvider(pointer="/provider", provider=provider)
    pending = await tx.one(PENDING_PAYMENT, order_id=order_id)
    if pending is not None:
        raise errors.PaymentInProgress(payment_id=pending.id)
    payment = _pending(tx, order, provider, method)
    payment = await tx.create(PAYMENTS, payment, PaymentStarted(**about(tx, payment)))
    if payment.amount_minor == 0:  # no provider takes nothing
        return await _succeed(tx, order, payment, Answer(outcome=Outcome.SUCCEEDED))
    await call_queue.submit(tx, CallSubject.PAYMENT, payment.id)
    return payment


def _pending(tx: Transaction, order: Order, provider: str, method: str) -> Payment:
    return Payment(
        id=tx.new_id("pay"),
        version=0,
        order_id=order.id,
        buyer_id=order.buyer_id,
        merchant_id=order.merchant_id,
        provider=provider,
        method=method,
        state=PaymentState.PENDING,
        amount_minor=order.total_minor,
        currency=order.currency,
        refunded_minor=0,
        created_at=tx.now,
    )


async def hear(tx: Transaction, payment_id: str, answer: Answer) -> PaymentState:
    """Take the provider's word on a payment, from its answer, a query or a callback; a repeated word changes nothing."""
    known = await tx.get(PAYMENTS, payment_id)
    order = await tx.lock(ORDERS, known.order_id)
    payment = await tx.lock(PAYMENTS, payment_id)
    if answer.outcome is Outcome.SUCCEEDED and payment.state is not PaymentState.SUCCEEDED:
        return (await _succeed(tx, order, payment, answer)).state
    if answer.outcome is Outcome.DECLINED and payment.state is PaymentState.PENDING:
        return (await fail(tx, payment, answer.failure_code or "declined")).state
    return payment.state


async def _succeed(tx: Transaction, order: Order, payment: Payment, answer: Answer) -> Payment:
    paid = replace(
        payment,
        state=PAYMENT.move(payment.state, PaymentAction.SUCCEED, SYSTEM),
        settled_at=tx.now,
        provider_reference=answer.reference,
        failure_code=None,
    )
    paid = await tx.save(PAYMENTS, paid, PaymentSucceeded(**about(tx, paid), provider_reference=answer.reference))
    await tx.execute(DROP_CALL, call_id=payment.id)
    if order.state is OrderState.CREATED:
        await orders.mark_paid(tx, order, paid)
    else:
        # The order ended, or was paid otherwise, while the provider took its time: nobody keeps this money.
        await refund_creation.refund_rest(tx, paid, "order_not_awaiting_payment")
    return paid


async def fail(tx: Transaction, payment: Payment, code: str) -> Payment:
    """The locked payment did not take place; the order can be paid again."""
    failed = replace(
        payment, state=PAYMENT.move(payment.state, PaymentAction.FAIL, SYSTEM), settled_at=tx.now, failure_code=code
    )
    failed = await tx.save(PAYMENTS, failed, PaymentFailed(**about(tx, failed), failure_code=code))
    await tx.execute(DROP_CALL, call_id=payment.id)
    return failed
