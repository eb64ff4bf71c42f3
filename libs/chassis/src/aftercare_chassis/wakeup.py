"""Wake-ups inside one process: a loop that waits for work starts as soon as there is some."""

import asyncio
from contextlib import suppress


class Wakeup:
    """One waiter sleeps on it; it is notified after a commit that left events or work behind."""

    def __init__(self) -> None:
        self._notified = asyncio.Event()

    def notify(self) -> None:
        """End the present wait, or the next one where nobody waits now."""
        self._notified.set()

    async def wait(self, seconds: float) -> bool:
        """Return True once it is notified, or False after `seconds`."""
        notified = await set_within(self._notified, seconds)
        self._notified.clear()
        return notified


async def set_within(event: asyncio.Event, seconds: float) -> bool:
    """Wait until the event is set, but no longer than this many seconds; return whether it is."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
    return event.is_set()
