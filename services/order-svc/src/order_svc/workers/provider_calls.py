"""The workers that call payment providers: they take a call under a lease, make it outside any transaction, and close it."""

from collections.abc import Mapping

from aftercare_chassis import failpoints
from aftercare_chassis.jobs.workers import Worker
from aftercare_chassis.runtime import Runtime

from order_svc.commands import call_queue, provider_calls
from order_svc.commands.provider_calls import PreparedCall
from order_svc.domain.payments.model import CallVerb
from order_svc.integrations.payments.port import PaymentProvider, ProviderResult
from order_svc.settings import Settings

_IDLE, _RESERVE_IDLE = 0.2, 1.0


class ProviderCalls:
    """Makes the calls with the adapters of all providers."""

    def __init__(self, providers: Mapping[str, PaymentProvider]) -> None:
        self._providers = providers

    def workers(self) -> tuple[Worker[Settings], ...]:
        """The first worker is woken for each new call; the others poll, at a longer interval. Both intervals are in seconds."""
        first, *reserve = call_queue.WORKERS
        return (
            Worker(first, self.step, idle=_IDLE),
            *(Worker(name, self.step, idle=_RESERVE_IDLE) for name in reserve),
        )

    async def step(self, runtime: Runtime[Settings]) -> bool:
        """Make one call that is due; False where none is."""
        async with runtime.transaction() as tx:
            call = await provider_calls.lease(tx)
        if call is None:
            return False
        failpoints.point("provider_call.leased")
        async with runtime.transaction() as tx:
            prepared = await provider_calls.prepare(tx, call)
        if prepared is not None:
            failpoints.point("provider_call.prepared")
            result = await self._call(prepared)
            failpoints.point("provider_call.answered")
            async with runtime.transaction() as tx:
                await provider_calls.close(tx, prepared, result)
        return True

    async def _call(self, prepared: PreparedCall) -> ProviderResult:
        provider = self._providers[prepared.provider]
        if prepared.call.verb is CallVerb.QUERY:
            return await provider.find(prepared.call.subject, prepared.call.id)
        if prepared.refund is not None:
            return await provider.refund(prepared.refund)
        return await provider.pay(prepared.payment)
