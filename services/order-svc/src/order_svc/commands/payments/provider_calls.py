"""Calls to payment providers: leased, prepared from what is known, and closed with the result.

A worker makes them between these commands. If its process ends before the result is stored, the lease expires, and the next
worker queries the provider.
"""

from dataclasses import dataclass
from datetime import timedelta

from aftercare_chassis.database.transaction import Transaction

from order_svc.commands.payments import authorisations, call_queue, payment_locks, payments, refunds
from order_svc.domain.payments.codes import FailureCode
from order_svc.domain.payments.lifecycle import PAYMENT
from order_svc.domain.payments.model import (
    CallSubject,
    CallVerb,
    Payment,
    PaymentState,
    ProviderCall,
    Refund,
    RefundState,
)
from order_svc.domain.payments.policy import give_up_reason
from order_svc.integrations.payments.port import Outcome, ProviderResult
from order_svc.settings import Settings
from order_svc.tables.payments import DROP_CALL, NEXT_CALL, PAYMENTS, PUT_OFF_CALL, REFUNDS, RESUME_CALL, TAKE_CALL

FIRST_WAIT, LONGEST_WAIT = 0.5, 300.0
_NO_RESPONSE = frozenset({Outcome.UNKNOWN, Outcome.NOT_SENT})
_NOT_MADE = frozenset({Outcome.NOT_FOUND, Outcome.NOT_SENT, Outcome.AUTHORISED})


@dataclass(frozen=True, slots=True)
class PreparedCall:
    """A call with everything that it needs: it is made without the database. `refund` is None for a payment.

    `gives_up` is why a payment is given up: it is closed at the provider, unless the buyer has made it; None where it is not.
    """

    call: ProviderCall
    provider: str
    payment: Payment
    refund: Refund | None
    gives_up: FailureCode | None = None


async def next_call(tx: Transaction[Settings]) -> ProviderCall | None:
    """The call that is due first, or has been due longest, locked; None where no call is left to make."""
    return await tx.one(NEXT_CALL)


async def lease(tx: Transaction[Settings], call: ProviderCall) -> None:
    """Lease a locked call. From here on the provider may have received it: the next one is a query."""
    await tx.execute(TAKE_CALL, call_id=call.id, tries=call.attempts + 1, leased_until=tx.now + call_queue.LEASE)


async def prepare(tx: Transaction[Settings], call: ProviderCall) -> PreparedCall | None:
    """The call as it is to be made, or None where a callback has ended its subject, or the provider would not make the refund; a refund is
    SUBMITTED from now on."""
    if call.subject is CallSubject.PAYMENT:
        return await _prepare_payment(tx, call)
    if await refunds.refuse_beyond_limits(tx, call.id):
        return None
    known = await tx.get(REFUNDS, call.id)
    payment = await tx.lock(PAYMENTS, known.payment_id)
    refund = await tx.get(REFUNDS, call.id)
    refunds.name_cause(tx, refund)
    if refund.state is RefundState.CREATED:
        payment, refund = await refunds.submit(tx, payment, refund)
        call = ProviderCall(id=call.id, subject=call.subject, verb=CallVerb.SUBMIT, attempts=0, due_at=call.due_at)
    if refund.state not in (RefundState.SUBMITTED, RefundState.UNKNOWN):
        await tx.execute(DROP_CALL, call_id=call.id)
        return None
    return PreparedCall(call, payment.provider, payment, refund)


async def _prepare_payment(tx: Transaction[Settings], call: ProviderCall) -> PreparedCall | None:
    order, payment = await payment_locks.lock(tx, call.id)
    if payment.state in PAYMENT.ends:
        await tx.execute(DROP_CALL, call_id=call.id)
        return None
    if payment.state is PaymentState.AUTHORISED:
        await authorisations.review(tx, order, payment)
        return None
    gives_up = give_up_reason(payment, order, tx.now, voided=call.gives_up)
    if gives_up is not None and call.attempts == 0 and payment.state is PaymentState.PENDING:
        await payments.fail(tx, order, payment, gives_up)
        return None
    return PreparedCall(call, payment.provider, payment, None, gives_up)


async def close(tx: Transaction[Settings], prepared: PreparedCall, result: ProviderResult) -> None:
    """Apply the result. What it leaves open is queried later, in growing pauses, without an end.

    A provider that responds is available again, so one call that it had left without a response is made at once. Only one,
    and of the same kind: its response releases the next one, and a provider that is still failing is not flooded.
    """
    call = prepared.call
    if prepared.gives_up is not None and result.outcome in (Outcome.NOT_FOUND, Outcome.DECLINED):
        # Nothing is submitted any more. Should the first call arrive yet, its callback pays the order or is refunded.
        result = ProviderResult(outcome=Outcome.DECLINED, failure_code=prepared.gives_up)
    if call.subject is CallSubject.PAYMENT:
        state = await payments.apply_result(tx, call.id, result=result)
        is_open = state not in PAYMENT.ends and state is not PaymentState.AUTHORISED
    else:
        reached = await refunds.apply_response(tx, call.id, result=result)
        is_open = reached in (RefundState.SUBMITTED, RefundState.UNKNOWN)
    if is_open:
        await _put_off(tx, call, result.outcome)
    if result.outcome not in _NO_RESPONSE:
        await tx.execute(RESUME_CALL, provider=prepared.provider, subject=call.subject, now=tx.now)


async def _put_off(tx: Transaction[Settings], call: ProviderCall, outcome: Outcome) -> None:
    """The next call: what the provider does not have is submitted at once, everything else waits. A capture that is asked for and not
    made, which leaves the payment authorised, is submitted again."""
    verb = CallVerb.SUBMIT if outcome in _NOT_MADE else CallVerb.QUERY
    pause = min(FIRST_WAIT * 2 ** min(call.attempts, 20), LONGEST_WAIT)
    again = tx.now if outcome is Outcome.NOT_FOUND else tx.now + timedelta(seconds=pause)
    await tx.execute(PUT_OFF_CALL, call_id=call.id, next_verb=verb, next_at=again, no_response=outcome in _NO_RESPONSE)
