"""Refunds on their way: what the provider is told and what it answers, under the lock and sequence of the payment."""

from dataclasses import replace
from typing import Any

from aftercare_chassis.database.transaction import Origin, Transaction
from aftercare_chassis.lifecycle import SYSTEM
from aftercare_events import RefundFailed, RefundSubmitted, RefundSucceeded, RefundUnknown

from order_svc.commands import effects, holds
from order_svc.domain.cases import Case, CaseState
from order_svc.domain.model import Order
from order_svc.domain.payments.lifecycle import REFUND, RefundAction
from order_svc.domain.payments.model import IN_FLIGHT, Payment, Refund, RefundState
from order_svc.integrations.payments.port import Answer, Outcome
from order_svc.tables.cases import CASES
from order_svc.tables.orders import ORDERS
from order_svc.tables.payments import DROP_CALL, PAYMENTS, REFUNDS, REFUNDS_OF_CASE


def about(tx: Transaction, payment: Payment, refund: Refund, **other: Any) -> dict[str, Any]:
    """The six answers and the ids of every event of a refund; `refunded_minor` counts those that succeeded."""
    return {
        "affected_party": payment.buyer_id,
        "applicant": payment.merchant_id if tx.actor.role == "seller" else payment.buyer_id,
        "handler": tx.actor.id,
        "time": tx.now,
        "result": refund.state.value,
        "payment_id": payment.id,
        "order_id": payment.order_id,
        "buyer_id": payment.buyer_id,
        "merchant_id": payment.merchant_id,
        "provider": payment.provider,
        "amount_minor": refund.amount_minor,
        "currency": refund.currency,
        "refund_id": refund.id,
        "case_id": refund.case_id,
        "refunded_minor": payment.refunded_minor,
        **other,
    }


def follow(tx: Transaction, refund: Refund) -> None:
    """What is told of the refund from here on names the event that asked for it."""
    if refund.asked_by_event and refund.correlation_id:
        tx.caused_by = Origin(refund.asked_by_event, refund.correlation_id)


async def submit(tx: Transaction, payment: Payment, refund: Refund) -> tuple[Payment, Refund]:
    """The refund of the locked payment is about to be told to the provider."""
    submitted = replace(refund, state=REFUND.move(refund.state, RefundAction.SUBMIT, SYSTEM))
    await tx.upsert(REFUNDS, submitted)
    return await tx.save(PAYMENTS, payment, RefundSubmitted(**about(tx, payment, submitted))), submitted


async def hear(tx: Transaction, refund_id: str, answer: Answer) -> RefundState:
    """Take the provider's word on a refund, from its answer, a query or a callback; a repeated word changes nothing."""
    known = await tx.get(REFUNDS, refund_id)
    order = await tx.lock(ORDERS, known.order_id)
    payment = await tx.lock(PAYMENTS, known.payment_id)
    refund = await tx.get(REFUNDS, refund_id)
    if refund.state not in IN_FLIGHT:
        return refund.state
    follow(tx, refund)
    if refund.state is RefundState.CREATED:  # the callback was faster than our own note of the call
        payment, refund = await submit(tx, payment, refund)
    match answer.outcome:
        case Outcome.SUCCEEDED:
            return await succeed(tx, order, payment, refund, answer)
        case Outcome.DECLINED:
            return await _fail(tx, payment, refund, answer)
        case Outcome.LOST if refund.state is RefundState.SUBMITTED:
            return await _lose(tx, payment, refund)
        case Outcome.UNHEARD if refund.state is RefundState.UNKNOWN:
            return (await submit(tx, payment, refund))[1].state
    return refund.state


async def succeed(tx: Transaction, order: Order, payment: Payment, refund: Refund, answer: Answer) -> RefundState:
    """The submitted refund of the locked payment has been paid back."""
    done = replace(
        refund,
        state=REFUND.move(refund.state, RefundAction.SUCCEED, SYSTEM),
        settled_at=tx.now,
        provider_reference=answer.reference,
    )
    paid_back = replace(payment, refunded_minor=payment.refunded_minor + refund.amount_minor)
    event = RefundSucceeded(**about(tx, paid_back, done), provider_reference=answer.reference)
    await tx.upsert(REFUNDS, done)
    await tx.save(PAYMENTS, paid_back, event)
    await tx.execute(DROP_CALL, call_id=refund.id)
    case = await _update_case(tx, done)
    if case is not None:
        await holds.withdraw(tx, case)
    await effects.advance(tx, order)
    return done.state


async def _fail(tx: Transaction, payment: Payment, refund: Refund, answer: Answer) -> RefundState:
    code = answer.failure_code or "declined"
    state = REFUND.move(refund.state, RefundAction.FAIL, SYSTEM)
    failed = replace(refund, state=state, settled_at=tx.now, failure_code=code)
    await tx.upsert(REFUNDS, failed)
    await tx.save(PAYMENTS, payment, RefundFailed(**about(tx, payment, failed), failure_code=code))
    await tx.execute(DROP_CALL, call_id=refund.id)
    case = await _update_case(tx, failed)
    if case is not None and case.state is not CaseState.OPEN:  # it has ended meanwhile and waited for this answer
        await holds.release(tx, case)
    return failed.state


async def _update_case(tx: Transaction, settled: Refund) -> Case | None:
    """Keep with the case whether a refund of it is still on its way; the case of the settled refund, if it has one."""
    if settled.case_id is None:
        return None
    known = await tx.find(CASES, settled.case_id)
    if known is None:
        return None
    refunds = await tx.all(REFUNDS_OF_CASE, case_id=known.id)
    case = replace(known, refunding=any(each.state in IN_FLIGHT for each in refunds))
    await tx.upsert(CASES, case)
    return case


async def _lose(tx: Transaction, payment: Payment, refund: Refund) -> RefundState:
    lost = replace(refund, state=REFUND.move(refund.state, RefundAction.MARK_UNKNOWN, SYSTEM))
    await tx.upsert(REFUNDS, lost)
    await tx.save(PAYMENTS, payment, RefundUnknown(**about(tx, payment, lost)))
    return lost.state
