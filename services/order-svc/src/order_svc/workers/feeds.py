"""Notes once a minute that this service runs, so that a time in which it did not is known afterwards."""

from datetime import datetime

from aftercare_chassis.jobs.workers import Worker
from aftercare_chassis.runtime import Runtime

from order_svc.commands import feeds
from order_svc.settings import Settings

_EVERY_SECONDS = 60.0


async def _beat(runtime: Runtime[Settings]) -> datetime | None:
    async with runtime.transaction() as tx:
        await feeds.beat(tx)
    return None


FEEDS: Worker[Settings] = Worker("feeds", _beat, idle=_EVERY_SECONDS)
