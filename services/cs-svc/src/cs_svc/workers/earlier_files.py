"""The worker that adopts files which builds of before stored with their messages; it has nothing to do once they are gone."""

from datetime import datetime, timedelta

from aftercare_chassis.jobs.workers import AT_ONCE, Worker
from aftercare_chassis.runtime import Runtime

from cs_svc.commands import earlier_files
from cs_svc.settings import Settings

_PAUSE = timedelta(minutes=10)


async def _step(runtime: Runtime[Settings]) -> datetime | None:
    async with runtime.transaction() as tx:
        adopted = await earlier_files.adopt(tx)
    return AT_ONCE if adopted else runtime.clock.now() + _PAUSE


EARLIER_FILES: Worker[Settings] = Worker("earlier-files", _step)
