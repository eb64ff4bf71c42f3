"""The worker that compares the daily statements of payment providers with our books, in the order of the days."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from functools import partial

import structlog
from aftercare_chassis.jobs.workers import AT_ONCE, Worker
from aftercare_chassis.runtime import Runtime

from order_svc.commands.payments import reconciliations
from order_svc.domain.payments.statements import Difference
from order_svc.integrations.payments.port import PaymentProvider
from order_svc.settings import Settings

WORKER = "reconciliation"
_DAY = timedelta(days=1)
_AGAIN = timedelta(minutes=15)
"""When a statement is asked for again that was not there yet."""
log = structlog.get_logger(__name__)


class ReconciliationWorker:
    """Compares the statements of all providers. `_again` has when one is asked for again that was not there."""

    def __init__(self, providers: Mapping[str, PaymentProvider]) -> None:
        self._providers, self._again = providers, dict[str, datetime]()

    def worker(self) -> Worker[Settings]:
        """The worker."""
        return Worker(WORKER, self.step, idle=60.0)

    async def step(self, runtime: Runtime[Settings]) -> datetime | None:
        """Compare one statement; return when the next one is due. The first day of a provider is the one before it is first seen."""
        async with runtime.transaction() as tx:
            latest, now = await reconciliations.latest_days(tx), tx.now
        due: list[datetime] = []
        for name, provider in self._providers.items():
            last = latest.get(name)
            day = now.astimezone(provider.statement_zone).date() - _DAY if last is None else last + _DAY
            ready = max(_end(provider, day) + provider.statement_ready, self._again.get(name, now))
            if ready > now:
                due.append(ready)
            elif await self._reconcile(runtime, name, day, is_first=last is None):
                return AT_ONCE
            else:
                self._again[name] = now + _AGAIN
                due.append(now + _AGAIN)
        return min(due, default=None)

    async def _reconcile(self, runtime: Runtime[Settings], name: str, day: date, *, is_first: bool) -> bool:
        """Whether the statement was there."""
        provider = self._providers[name]
        entries = await provider.statement(day)
        if entries is None:
            return False
        earlier = None if is_first else (_end(provider, day - 2 * _DAY), _end(provider, day - _DAY))
        async with runtime.transaction() as tx:
            found = await reconciliations.reconcile(tx, name, day, entries=entries, earlier=earlier)
            tx.after_commit(partial(_report, runtime, name, found or ()))
        return True


def _end(provider: PaymentProvider, day: date) -> datetime:
    return datetime.combine(day + _DAY, time(), provider.statement_zone)


def _report(runtime: Runtime[Settings], provider: str, found: Sequence[Difference]) -> None:
    for each in found:
        runtime.metrics.signal(f"payment_difference_{each.cause}", provider)
        log.warning("payment_difference", partner=provider, code=each.cause, difference=each.id)
