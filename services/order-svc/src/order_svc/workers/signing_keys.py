"""The worker that fetches the keys of payment providers that publish them: one is published before it signs."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import structlog
from aftercare_chassis.jobs.workers import Worker
from aftercare_chassis.runtime import Runtime

from order_svc.commands.payments import signing_keys
from order_svc.integrations.payments.port import KeySource, PaymentProvider
from order_svc.settings import Settings

WORKER = "signing-keys"
# WeChat Pay asks for an interval of less than twelve hours.
_EVERY, _AGAIN = timedelta(hours=1), timedelta(minutes=1)
log = structlog.get_logger(__name__)


class SigningKeysWorker:
    """Fetches the keys of all providers that have a key source, at the start and every hour."""

    def __init__(self, providers: Mapping[str, PaymentProvider]) -> None:
        self._sources: Mapping[str, KeySource] = {
            name: provider.key_source for name, provider in providers.items() if provider.key_source is not None
        }

    def workers(self) -> tuple[Worker[Settings], ...]:
        """The worker; none where no provider publishes its keys."""
        return (Worker(WORKER, self.step, idle=_EVERY.total_seconds()),) if self._sources else ()

    async def step(self, runtime: Runtime[Settings]) -> datetime | None:
        """Fetch all keys; return when that is due again."""
        pause = _EVERY
        for name, source in self._sources.items():
            keys = await source.keys()
            if keys is None:
                runtime.metrics.signal("signing_keys_not_fetched", name)
                log.warning("signing_keys_not_fetched", partner=name)
                pause = _AGAIN
                continue
            async with runtime.transaction() as tx:
                await signing_keys.replace(tx, name, keys=keys)
        return runtime.clock.now() + pause
