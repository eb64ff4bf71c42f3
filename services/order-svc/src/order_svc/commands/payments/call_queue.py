"""Calls to payment providers that a worker has yet to make: nothing remote is called in a transaction."""

from datetime import datetime, timedelta

from aftercare_chassis.database.transaction import Transaction

from order_svc.domain.payments.model import CallSubject, CallVerb, Payment, ProviderCall
from order_svc.settings import Settings
from order_svc.tables.payments import CALLS

WORKER = "provider-calls"
LEASE = timedelta(seconds=30)
"""How long a worker has a call to itself."""


async def submit(
    tx: Transaction[Settings], subject: CallSubject, subject_id: str, *, payer_id: str | None = None
) -> None:
    """Have a payment or refund submitted to its provider as soon as it is durable; `payer_id`: see ProviderCall."""
    call = ProviderCall(
        id=subject_id,
        subject=subject,
        verb=CallVerb.SUBMIT,
        attempts=0,
        due_at=tx.now,
        payer_id=payer_id,
        traceparent=tx.trace.traceparent,
    )
    await tx.insert(CALLS, call)
    tx.wake(WORKER)


async def put(
    tx: Transaction[Settings], payment: Payment, verb: CallVerb, at: datetime, *, gives_up: bool = False
) -> None:
    """Have the next call about an authorised payment made at that time, in the place of the one that waits."""
    call = ProviderCall(
        id=payment.id,
        subject=CallSubject.PAYMENT,
        verb=verb,
        attempts=0,
        due_at=at,
        gives_up=gives_up,
        traceparent=tx.trace.traceparent,
    )
    await tx.upsert(CALLS, call)
    tx.wake(WORKER)
