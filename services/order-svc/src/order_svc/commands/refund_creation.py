"""Creating refunds: the row, its postings, and the call to the provider that a worker has yet to make."""

from collections.abc import Iterable

from aftercare_chassis.database.transaction import Transaction
from aftercare_events.catalogue.refund_parts import RefundPart

from order_svc.commands import call_queue, postings
from order_svc.domain.model import Amount
from order_svc.domain.payments.compensations import in_place_of_refunds
from order_svc.domain.payments.lifecycle import REFUND
from order_svc.domain.payments.model import CallSubject, Payment, Refund
from order_svc.domain.payments.policy import reserved_minor
from order_svc.settings import Settings
from order_svc.tables.compensations import COMPENSATIONS_OF
from order_svc.tables.payments import REFUNDS, REFUNDS_OF


def new_refund(
    tx: Transaction[Settings],
    payment: Payment,
    amount: Amount,
    cause: str,
    *,
    refund_id: str | None = None,
    case_id: str | None = None,
) -> Refund:
    """A refund of the payment; its later events name as their cause the event that is handled, or else the last one recorded."""
    asked_by = tx.cause or (tx.recorded[-1] if tx.recorded else None)
    refund = Refund(
        id=refund_id or tx.new_id("ref"),
        payment_id=payment.id,
        order_id=payment.order_id,
        case_id=case_id,
        state=REFUND.initial,
        amount_minor=amount.minor,
        currency=amount.currency,
        cause=cause,
        created_at=tx.now,
        asked_by_event=str(asked_by.id) if asked_by else None,
        correlation_id=asked_by.correlation_id if asked_by else None,
    )
    return REFUND.start(refund, tx)


async def insert(tx: Transaction[Settings], payment: Payment, refund: Refund, parts: Iterable[RefundPart] = ()) -> None:
    """Insert a refund that is on its way from now on; `parts` is what it is made of, where its case has stated that."""
    await tx.insert(REFUNDS, refund)
    await postings.refund_requested(tx, payment, refund, parts)


async def refund_rest(tx: Transaction[Settings], payment: Payment, cause: str) -> None:
    """Refund what is left of the locked payment; nothing where all of it is refunded or may still be, or was paid by a guarantee."""
    refunds = await tx.all(REFUNDS_OF, payment_ids=[payment.id])
    compensated = in_place_of_refunds(await tx.all(COMPENSATIONS_OF, order_id=payment.order_id))
    left = payment.amount_minor - reserved_minor(refunds) - compensated
    if left > 0:
        refund = new_refund(tx, payment, Amount(left, payment.currency), cause)
        await insert(tx, payment, refund)
        await call_queue.submit(tx, CallSubject.REFUND, refund.id)
