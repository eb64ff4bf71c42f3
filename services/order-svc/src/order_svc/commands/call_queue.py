"""Calls to payment providers that a worker has yet to make: nothing remote happens in a transaction."""

from aftercare_chassis.database.transaction import Transaction

from order_svc.domain.payments.model import CallSubject, CallVerb, ProviderCall
from order_svc.tables.payments import CALLS

# Several lanes, so that one slow answer does not hold up everybody's money; those behind the first are in reserve.
LANES = ("provider-calls-1", "provider-calls-2", "provider-calls-3")


async def submit(tx: Transaction, subject: CallSubject, subject_id: str) -> None:
    """Let the provider be told of a payment or refund as soon as it is durable."""
    await tx.insert(
        CALLS, ProviderCall(id=subject_id, subject=subject, verb=CallVerb.SUBMIT, attempts=0, due_at=tx.now)
    )
    tx.wake(LANES[0])
