"""Index articles again whose terms an older analyser made: all of them after a migration, then what comes later."""

from datetime import datetime

from aftercare_chassis.jobs.workers import AT_ONCE, Worker
from aftercare_chassis.lifecycle import SYSTEM
from aftercare_chassis.runtime import Runtime

from kb_svc.commands import search_index
from kb_svc.settings import Settings

IDLE_SECONDS = 60.0


async def reindex(runtime: Runtime[Settings]) -> None:
    """Index every outdated article again, while searches continue. Running it again changes nothing."""
    while await _step(runtime) is AT_ONCE:
        pass


async def _step(runtime: Runtime[Settings]) -> datetime | None:
    async with runtime.transaction(SYSTEM) as tx:
        return AT_ONCE if await search_index.index_outdated(tx) else None


# `migrate` indexes everything again; the worker finds what a process of an older build published after that.
REINDEXING = Worker("search-index", _step, idle=IDLE_SECONDS)
