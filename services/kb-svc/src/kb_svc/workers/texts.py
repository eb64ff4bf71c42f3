"""Publish the words of articles that an older build has published: all of them after a migration, then what comes later."""

from datetime import datetime

from aftercare_chassis.jobs.workers import AT_ONCE, Worker
from aftercare_chassis.lifecycle import SYSTEM
from aftercare_chassis.runtime import Runtime

from kb_svc.commands import texts
from kb_svc.settings import Settings

IDLE_SECONDS = 60.0


async def publish(runtime: Runtime[Settings]) -> None:
    """Publish the words of every article that has none in events. Running it again changes nothing."""
    while await _step(runtime) is AT_ONCE:
        pass


async def _step(runtime: Runtime[Settings]) -> datetime | None:
    async with runtime.transaction(SYSTEM) as tx:
        return AT_ONCE if await texts.publish_missing(tx) else None


TEXT_PUBLICATION = Worker("published-texts", _step, idle=IDLE_SECONDS)
