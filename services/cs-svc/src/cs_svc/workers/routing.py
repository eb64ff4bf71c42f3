"""Offers waiting conversations to agents: one transaction at a time, of all processes."""

from datetime import datetime, timedelta

from aftercare_chassis.jobs.workers import AT_ONCE, Worker
from aftercare_chassis.lifecycle import SYSTEM
from aftercare_chassis.runtime import Runtime

from cs_svc.commands.routing.offers import offer_waiting
from cs_svc.commands.routing.queue import ROUTING
from cs_svc.settings import Settings
from cs_svc.tables.routing.queue import MOST_AT_ONCE

_EVERY_SECONDS = 5.0


async def _offer(runtime: Runtime[Settings]) -> datetime | None:
    async with runtime.transaction(SYSTEM) as tx:
        waiting, offered = await offer_waiting(tx)
    if offered and waiting == MOST_AT_ONCE:
        return AT_ONCE
    return runtime.clock.now() + timedelta(seconds=_EVERY_SECONDS) if waiting else None


QUEUES: Worker[Settings] = Worker(ROUTING, _offer, idle=_EVERY_SECONDS)
