"""How far this service's consumer has come with the events of one aggregate, for those who wait for the next one.

A consumer in the same process reports what it has handled. What another process has handled, or an operator has retried,
is found by one statement for everything that waits, sent every `POLL_SECONDS` while anything waits.
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass

from aftercare_chassis.database.errors import DATABASE_ERRORS

POLL_SECONDS = 0.02
HANDLED = """
SELECT aggregateid, last_sequence FROM subject_state WHERE consumer = $1 AND aggregateid = ANY($2::text[])
"""

Read = Callable[[Collection[str]], Awaitable[Mapping[str, int]]]
"""The number of the last event that was handled of each of these aggregates; those without one may be left out."""


@dataclass(slots=True, eq=False)
class _Waiter:
    sequence: int
    reached: asyncio.Future[int | None]


class HandledEvents:
    """What waits in this process. `read` asks the database; `leaving` says whether the process is about to end."""

    def __init__(self, read: Read, leaving: Callable[[], bool]) -> None:
        self._read, self._leaving = read, leaving
        self._waiting: dict[str, set[_Waiter]] = defaultdict(set)
        self._poll: asyncio.Task[None] | None = None

    async def beyond(self, aggregate: str, sequence: int) -> int | None:
        """The number of the last handled event of the aggregate, once it is greater than `sequence`; None where the
        process is about to end."""
        waiter = _Waiter(sequence, asyncio.get_running_loop().create_future())
        self._waiting[aggregate].add(waiter)
        if self._poll is None or self._poll.done():
            self._poll = asyncio.create_task(self._look())
        try:
            return await waiter.reached
        finally:
            self._waiting[aggregate].discard(waiter)
            if not self._waiting[aggregate]:
                del self._waiting[aggregate]

    def handled(self, last: Mapping[str, int]) -> None:
        """Wake those who wait for one of these aggregates; `last` holds the number of the last handled event of each."""
        for aggregate in self._waiting.keys() & last.keys():
            for waiter in self._waiting[aggregate]:
                if last[aggregate] > waiter.sequence:
                    _end(waiter, last[aggregate])

    async def _look(self) -> None:
        while self._waiting:
            if self._leaving():
                for waiter in [each for some in self._waiting.values() for each in some]:
                    _end(waiter, None)
            else:
                with suppress(*DATABASE_ERRORS):  # those who wait give up by themselves
                    self.handled(await self._read(list(self._waiting)))
            await asyncio.sleep(POLL_SECONDS)

    async def close(self) -> None:
        """End the look, and with it every wait."""
        if self._poll is not None:
            self._poll.cancel()
            await asyncio.wait([self._poll])


def _end(waiter: _Waiter, reached: int | None) -> None:
    if not waiter.reached.done():
        waiter.reached.set_result(reached)
