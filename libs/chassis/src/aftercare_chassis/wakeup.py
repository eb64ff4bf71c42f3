"""Wake-ups inside one process: a loop that waits for work starts as soon as there is some."""

import asyncio


class Wakeup:
    """One waiter sleeps on it; it is notified after a commit that left events or work behind."""

    def __init__(self) -> None:
        self._notified = asyncio.Event()

    def notify(self) -> None:
        """End the present wait, or the next one where nobody waits now."""
        self._notified.set()

    async def wait(self, seconds: float) -> bool:
        """Return True once it is notified, or False after `seconds`."""
        try:
            await asyncio.wait_for(self._notified.wait(), seconds)
        except TimeoutError:
            return False
        self._notified.clear()
        return True
