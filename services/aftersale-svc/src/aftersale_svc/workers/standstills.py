"""Notes once a minute that the timers run, before they look what is due."""

from datetime import datetime, timedelta

from aftercare_chassis.lifecycle import SYSTEM
from aftercare_chassis.runtime import Runtime

from aftersale_svc.commands.deadlines import standstills
from aftersale_svc.settings import Settings

EVERY = timedelta(minutes=1)


class StandstillWatch:
    """Called before each look of the timers of this process."""

    def __init__(self) -> None:
        self._last: datetime | None = None

    async def __call__(self, runtime: Runtime[Settings]) -> None:
        """Write the beat of this minute. Where this process was still, load the standstill, whichever process has noted it."""
        now, last = runtime.clock.now(), self._last
        if last is not None and now - last < EVERY:
            return
        async with runtime.transaction(SYSTEM) as tx:
            await standstills.beat(tx)
        self._last = now
        if last is None or now - last > runtime.settings.standstill_least:
            await runtime.load_timing()
