"""Calls to couriers that a worker has yet to make: nothing remote is called in a transaction."""

from dataclasses import replace
from datetime import datetime, timedelta

from aftercare_chassis.database.transaction import Transaction

from order_svc.domain.shipping.calls import ShippingCall, ShippingSubject, ShippingVerb
from order_svc.settings import Settings
from order_svc.tables.shipping import CALLS, DROP_CALL, END_CALL, LEASE_CALL, NEXT_CALL, PUT_OFF_CALL

WORKER = "shipping-calls"
LEASE = timedelta(seconds=60)
"""How long a worker has a call to itself; more than the courier has for its answer."""
_AFTER_A_CRASH = {ShippingVerb.CREATE: ShippingVerb.FIND}


async def call(
    tx: Transaction[Settings],
    subject: ShippingSubject,
    subject_id: str,
    verb: ShippingVerb,
    due_at: datetime | None = None,
) -> None:
    """Have the courier asked once this is durable, or when it is due; it takes the place of a call about the same that waits."""
    row = ShippingCall(
        id=subject_id,
        subject=subject,
        verb=verb,
        attempts=0,
        due_at=due_at or tx.now,
        traceparent=tx.trace.traceparent,
    )
    await tx.upsert(CALLS, row)
    tx.wake(WORKER)


async def next_call(tx: Transaction[Settings]) -> ShippingCall | None:
    """The call that is due first, or has been due longest, locked; None where none is left to make."""
    return await tx.one(NEXT_CALL)


async def lease(tx: Transaction[Settings], due: ShippingCall) -> ShippingCall:
    """Lease a locked call; returns it as it is to be made, due again at the end of the lease.

    From here on the courier may have received it: after a crash it is queried.
    """
    verb = _AFTER_A_CRASH.get(due.verb, due.verb)
    until = tx.now + LEASE
    await tx.execute(LEASE_CALL, call_id=due.id, next_verb=verb, tries=due.attempts + 1, leased_until=until)
    return replace(due, due_at=until)


async def put_off(
    tx: Transaction[Settings], leased: ShippingCall, verb: ShippingVerb, at: datetime, *, attempts: int | None = None
) -> None:
    """Make the next call about the same then, unless another one has taken its place since the lease."""
    tries = leased.attempts + 1 if attempts is None else attempts
    lease = {"call_id": leased.id, "leased_until": leased.due_at}
    await tx.execute(PUT_OFF_CALL, **lease, next_verb=verb, next_at=at, tries=tries)


async def end(tx: Transaction[Settings], leased: ShippingCall) -> None:
    """Make no more calls about it, unless another one has taken its place since the lease."""
    await tx.execute(END_CALL, call_id=leased.id, leased_until=leased.due_at)


async def drop(tx: Transaction[Settings], subject_id: str) -> None:
    """Make no more calls about what has ended."""
    await tx.execute(DROP_CALL, call_id=subject_id)
