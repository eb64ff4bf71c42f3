"""Wake-ups inside one process: a loop that waits for work starts as soon as there is some."""

import asyncio
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class Wakeup:
    """Loops that do the same work sleep on it; each notification wakes one of them.

    `alone` is whether they can do all work of this kind. Otherwise some of it is for other processes, which are then
    notified as well.
    """

    def __init__(self) -> None:
        self.alone = True
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._notified = False

    def notify(self) -> None:
        """End the wait that has lasted longest, or the next one where nobody waits now."""
        while self._waiting:
            if not (first := self._waiting.popleft()).done():
                first.set_result(None)
                return
        self._notified = True

    async def wait(self, seconds: float) -> bool:
        """Return True once it is notified, or False after `seconds`."""
        waiting = asyncio.get_running_loop().create_future()
        if self._notified:
            waiting.set_result(None)
        else:
            self._waiting.append(waiting)
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await waiting
        finally:
            if waiting in self._waiting:
                self._waiting.remove(waiting)
        self._notified = False  # the waiter sees the work of all notifications until now
        return waiting.done() and not waiting.cancelled()

    @contextmanager
    def ending(self, stop: asyncio.Event) -> Iterator[None]:
        """While the block lasts, a wait ends as well when `stop` is set."""
        stopped = asyncio.create_task(stop.wait())
        stopped.add_done_callback(lambda _: self.notify())
        try:
            yield
        finally:
            stopped.cancel()


async def set_within(event: asyncio.Event, seconds: float) -> bool:
    """Wait until the event is set, but no longer than this many seconds; return whether it is."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
    return event.is_set()
