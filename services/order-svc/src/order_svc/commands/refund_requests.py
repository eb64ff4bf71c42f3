"""Refunds as they are asked for: by a case's decision, or because a paid order is not fulfilled.

Money goes back under the lock of its payment, never more than was paid, each refund under one key for ever.
"""

from dataclasses import replace

from aftercare_chassis.transaction import Transaction
from aftercare_events import RefundFailed, RefundRequested

from order_svc.commands import call_queue, receipts, refunds
from order_svc.domain import errors, policy
from order_svc.domain.model import (
    Amount,
    Order,
    OrderState,
    Payment,
    PaymentState,
    Refund,
    RefundState,
    Subject,
)
from order_svc.providers.port import Answer, Outcome
from order_svc.tables.cases import CASE_LINES, CASE_LINES_OF, CASES
from order_svc.tables.orders import LINES, LINES_OF, ORDERS
from order_svc.tables.payments import PAYMENTS, REFUNDS, REFUNDS_OF


async def accept(tx: Transaction, event: RefundRequested) -> None:
    """Execute what a case has decided. More than was paid is answered with RefundFailed, never executed in part."""
    order = await tx.lock(ORDERS, event.order_id)
    payment = await tx.lock(PAYMENTS, event.payment_id)
    if payment.order_id != order.id:
        raise ValueError("the payment belongs to another order")
    if await tx.find(REFUNDS, event.refund_id) is not None:
        return
    asked = Amount(event.amount_minor, event.currency)
    refund = _created(tx, payment, asked, event.cause, refund_id=event.refund_id, case_id=event.case_id)
    known = await tx.all(REFUNDS_OF, payment_ids=[payment.id])
    refused = policy.refund_refused(payment, asked, known)
    if refused is not None:
        failed = replace(refund, state=RefundState.FAILED, settled_at=tx.now, failure_code=refused)
        await tx.add(REFUNDS, failed)
        await tx.save(PAYMENTS, payment, RefundFailed(**refunds.about(tx, payment, failed), failure_code=refused))
        return
    order = await _withdraw(tx, order, event.case_id)
    await execute(tx, order, payment, refund)


async def refund_remainder(tx: Transaction, payment_id: str) -> Payment:
    """An operator's way out where the provider declined to refund an order that is not fulfilled: a new refund,
    under a new key, of whatever is left."""
    payment = await tx.lock(PAYMENTS, payment_id)
    order = await tx.get(ORDERS, payment.order_id)  # a cancelled order stays cancelled: no need to hold it
    kept_for_order = order.payment_id == payment.id and order.state is not OrderState.CANCELLED
    if kept_for_order or payment.state is not PaymentState.SUCCEEDED:
        raise errors.NotRefundable(state=order.state)
    if await give_back(tx, order, payment, "operator") is None:
        raise errors.NothingToRefund()
    return payment


async def give_back(tx: Transaction, order: Order, payment: Payment, cause: str) -> Refund | None:
    """Refund whatever of the locked payment is not spoken for yet; None where nothing is left."""
    known = await tx.all(REFUNDS_OF, payment_ids=[payment.id])
    left = payment.amount_minor - policy.bound_minor(known)
    if left == 0:
        return None
    refund = _created(tx, payment, Amount(left, payment.currency), cause)
    await execute(tx, order, payment, refund)
    return refund


def _created(
    tx: Transaction,
    payment: Payment,
    amount: Amount,
    cause: str,
    *,
    refund_id: str | None = None,
    case_id: str | None = None,
) -> Refund:
    asked_by = tx.cause or (tx.recorded[-1] if tx.recorded else None)
    return Refund(
        id=refund_id or tx.new_id("ref"),
        payment_id=payment.id,
        order_id=payment.order_id,
        case_id=case_id,
        state=RefundState.CREATED,
        amount_minor=amount.minor,
        currency=amount.currency,
        cause=cause,
        created_at=tx.now,
        asked_by_event=str(asked_by.id) if asked_by else None,
        correlation_id=asked_by.correlation_id if asked_by else None,
    )


async def execute(tx: Transaction, order: Order, payment: Payment, refund: Refund) -> None:
    """Keep the refund and leave the provider's part to a worker; nothing is owed to nobody, so zero is done at once."""
    await tx.add(REFUNDS, refund)
    if refund.amount_minor > 0:
        await call_queue.submit(tx, Subject.REFUND, refund.id)
        return
    payment, refund = await refunds.submit(tx, payment, refund)
    await refunds.succeed(tx, order, payment, refund, Answer(outcome=Outcome.SUCCEEDED))


async def _withdraw(tx: Transaction, order: Order, case_id: str) -> Order:
    """Units that are paid back without coming back and have not left yet stay with the merchant."""
    case = await tx.find(CASES, case_id)
    if case is None or case.refunding:
        return order
    await tx.put(CASES, replace(case, refunding=True))
    if case.case_type != "refund_only":
        return order
    lines = {line.id: line for line in await tx.all(LINES_OF, order_id=order.id)}
    for each in await tx.all(CASE_LINES_OF, order_id=order.id):
        kept = policy.withdraw(lines[each.line_id], each.quantity) if each.case_id == case_id else 0
        if kept:
            line = lines[each.line_id]
            lines[line.id] = replace(line, withdrawn_quantity=line.withdrawn_quantity + kept)
            await tx.put(LINES, lines[line.id])
            await tx.put(CASE_LINES, replace(each, withdrawn_quantity=kept))
    return await receipts.settle_delivery(tx, order, list(lines.values()))
