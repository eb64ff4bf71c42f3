"""The worker that calls payment providers: it takes a call under a lease, makes it outside any transaction, and closes it."""

from collections.abc import Mapping
from datetime import datetime

from aftercare_chassis import failpoints
from aftercare_chassis.jobs.workers import AT_ONCE, Worker
from aftercare_chassis.observability import tracing
from aftercare_chassis.runtime import Runtime

from order_svc.commands.payments import call_queue, provider_calls
from order_svc.commands.payments.provider_calls import PreparedCall
from order_svc.domain.payments.model import EXTERNAL, CallVerb, PaymentState, ProviderCall
from order_svc.integrations.payments.external import ExternalPayments
from order_svc.integrations.payments.port import PaymentCalls, PaymentProvider, ProviderResult
from order_svc.settings import Settings

_CALLS = 3
"""How many calls are made at the same time, so that one slow response does not delay all others."""


class ProviderCalls:
    """Makes the calls with the adapters of all providers."""

    def __init__(self, providers: Mapping[str, PaymentProvider]) -> None:
        self._providers: Mapping[str, PaymentCalls] = {EXTERNAL: ExternalPayments(), **providers}

    def worker(self) -> Worker[Settings]:
        """The worker, woken for each new call."""
        return Worker(call_queue.WORKER, self.step, number=_CALLS)

    async def step(self, runtime: Runtime[Settings]) -> datetime | None:
        """Make the call that has been due longest; return when the next one is due."""
        async with runtime.transaction() as tx:
            call = await provider_calls.next_call(tx)
            if call is None:
                return None
            if call.due_at > tx.now:
                return call.due_at
            await provider_calls.lease(tx, call)
        failpoints.point("provider_call.leased")
        with tracing.caused("call provider", call.traceparent, deferred=call.attempts > 0):
            await self._make(runtime, call)
        return AT_ONCE

    async def _make(self, runtime: Runtime[Settings], call: ProviderCall) -> None:
        async with runtime.transaction() as tx:
            prepared = await provider_calls.prepare(tx, call)
        if prepared is not None:
            failpoints.point("provider_call.prepared")
            result = await self._call(prepared)
            failpoints.point("provider_call.answered")
            async with runtime.transaction() as tx:
                await provider_calls.close(tx, prepared, result)

    async def _call(self, prepared: PreparedCall) -> ProviderResult:
        provider = self._providers[prepared.provider]
        payment, refund = prepared.payment, prepared.refund
        if prepared.gives_up is not None:
            return await provider.close(payment)
        if prepared.call.verb is CallVerb.QUERY:
            return await provider.find(payment, refund)
        if refund is not None:
            return await provider.refund(payment, refund)
        if payment.state is PaymentState.CAPTURING:
            return await provider.capture(payment)
        return await provider.pay(payment, prepared.call.payer_id)
