"""The worker that talks to payment providers: takes a call under a lease, asks outside any transaction, keeps the answer.

Whoever dies in between leaves a lease that runs out; the next one asks the provider what became of it.
"""

from dataclasses import dataclass
from datetime import timedelta

from aftercare_chassis import failpoints
from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.jobs.workers import Worker
from aftercare_chassis.runtime import Runtime

from order_svc.commands import payments, refunds
from order_svc.commands.call_queue import LANES
from order_svc.domain.model import OrderState
from order_svc.domain.payments.model import (
    CallSubject,
    CallVerb,
    Payment,
    PaymentState,
    ProviderCall,
    Refund,
    RefundState,
)
from order_svc.integrations.payments.port import Answer, Outcome, PaymentProvider
from order_svc.integrations.payments.registry import connect
from order_svc.tables.orders import ORDERS
from order_svc.tables.payments import DROP_CALL, NEXT_CALL, PAYMENTS, PUT_OFF_CALL, REFUNDS, RESUME_CALL, TAKE_CALL

LEASE = timedelta(seconds=30)
FIRST_WAIT, LONGEST_WAIT = 0.5, 300.0
_NO_ANSWER = frozenset({Outcome.LOST, Outcome.UNREACHED})


@dataclass(frozen=True, slots=True)
class Errand:
    """A call ready to be made: nothing of it needs the database any more."""

    call: ProviderCall
    provider: str
    payment: Payment
    refund: Refund | None


async def step(runtime: Runtime) -> bool:
    """Make one call that is due; False when none is."""
    async with runtime.transaction() as tx:
        call = await take(tx)
    if call is None:
        return False
    failpoints.point("provider_call.leased")
    async with runtime.transaction() as tx:
        errand = await prepare(tx, call)
    if errand is not None:
        failpoints.point("provider_call.prepared")
        answer = await _ask(connect(runtime)[errand.provider], errand)
        failpoints.point("provider_call.answered")
        async with runtime.transaction() as tx:
            await keep(tx, errand, answer)
    return True


async def take(tx: Transaction) -> ProviderCall | None:
    """Lease the call that is due longest. From here on the provider may have heard it, so the next look is a query."""
    call = await tx.one(NEXT_CALL, now=tx.now)
    if call is not None:
        await tx.execute(TAKE_CALL, call_id=call.id, tries=call.attempts + 1, leased_until=tx.now + LEASE)
    return call


async def prepare(tx: Transaction, call: ProviderCall) -> Errand | None:
    """What to say, or None where a callback has already ended it; a refund counts as submitted from now on."""
    if call.subject is CallSubject.PAYMENT:
        return await _payment_errand(tx, call)
    known = await tx.get(REFUNDS, call.id)
    payment = await tx.lock(PAYMENTS, known.payment_id)
    refund = await tx.get(REFUNDS, call.id)
    refunds.follow(tx, refund)
    if refund.state is RefundState.CREATED:
        payment, refund = await refunds.submit(tx, payment, refund)
        call = ProviderCall(id=call.id, subject=call.subject, verb=CallVerb.SUBMIT, attempts=0, due_at=call.due_at)
    if refund.state not in (RefundState.SUBMITTED, RefundState.UNKNOWN):
        await tx.execute(DROP_CALL, call_id=call.id)
        return None
    return Errand(call, payment.provider, payment, refund)


async def _payment_errand(tx: Transaction, call: ProviderCall) -> Errand | None:
    known = await tx.get(PAYMENTS, call.id)
    order = await tx.lock(ORDERS, known.order_id)
    payment = await tx.lock(PAYMENTS, call.id)
    if payment.state is not PaymentState.PENDING:
        await tx.execute(DROP_CALL, call_id=call.id)
        return None
    if order.state is OrderState.CANCELLED and call.attempts == 0:
        await payments.fail(tx, payment, "order_cancelled")
        return None
    return Errand(call, payment.provider, payment, None)


async def _ask(provider: PaymentProvider, errand: Errand) -> Answer:
    if errand.call.verb is CallVerb.QUERY:
        return await provider.find(errand.call.subject, errand.call.id)
    if errand.refund is not None:
        return await provider.refund(errand.refund)
    return await provider.pay(errand.payment)


async def keep(tx: Transaction, errand: Errand, answer: Answer) -> None:
    """Apply the answer. What it leaves open is asked about later, less and less often, but for ever.

    A provider that answers is there again, so one call that it had left without an answer is made at once. Only one, and
    of the same kind: its answer lets the next one go, and a provider that is still in trouble is not flooded.
    """
    call = errand.call
    if call.subject is CallSubject.PAYMENT:
        open_still = await payments.hear(tx, call.id, answer) is PaymentState.PENDING
    else:
        state = await refunds.hear(tx, call.id, answer)
        open_still = state in (RefundState.SUBMITTED, RefundState.UNKNOWN)
    if open_still:
        await _put_off(tx, call, answer.outcome)
    if answer.outcome not in _NO_ANSWER:
        await tx.execute(RESUME_CALL, provider=errand.provider, subject=call.subject, now=tx.now)


async def _put_off(tx: Transaction, call: ProviderCall, outcome: Outcome) -> None:
    """The next call: what the provider has never heard of is submitted at once, all else waits."""
    verb = CallVerb.SUBMIT if outcome in (Outcome.UNHEARD, Outcome.UNREACHED) else CallVerb.QUERY
    pause = min(FIRST_WAIT * 2 ** min(call.attempts, 20), LONGEST_WAIT)
    again = tx.now if outcome is Outcome.UNHEARD else tx.now + timedelta(seconds=pause)
    await tx.execute(PUT_OFF_CALL, call_id=call.id, next_verb=verb, next_at=again, no_answer=outcome in _NO_ANSWER)


# Those in reserve look less often.
WORKERS = tuple(Worker(name, step, idle=0.2 if name == LANES[0] else 1.0) for name in LANES)
