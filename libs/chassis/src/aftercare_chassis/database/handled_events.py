"""Waiting until the consumer of this service has handled the next event of an aggregate.

A consumer in this process reports what it has handled. What was handled in another process, or retried by an operator, is
found by one query for all aggregates together, every `POLL_SECONDS` while anything waits.
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
"""Returns the sequence of the last event that was handled, per aggregate; an aggregate without one may be missing."""


@dataclass(slots=True, eq=False)
class _Waiter:
    sequence: int
    reached: asyncio.Future[int | None]


class HandledEvents:
    """The waits of this process. `read` queries the database; `leaving` returns whether the process is about to end."""

    def __init__(self, read: Read, leaving: Callable[[], bool]) -> None:
        self._read, self._leaving = read, leaving
        self._waiting: dict[str, set[_Waiter]] = defaultdict(set)
        self._poll: asyncio.Task[None] | None = None

    async def beyond(self, aggregate: str, sequence: int) -> int | None:
        """Wait for an event of the aggregate beyond `sequence`; the sequence of the last one handled.

        None where the process is about to end.
        """
        waiter = _Waiter(sequence, asyncio.get_running_loop().create_future())
        self._waiting[aggregate].add(waiter)
        if self._poll is None or self._poll.done():
            self._poll = asyncio.create_task(self._poll_database())
        try:
            return await waiter.reached
        finally:
            self._waiting[aggregate].discard(waiter)
            if not self._waiting[aggregate]:
                del self._waiting[aggregate]

    def handled(self, last: Mapping[str, int]) -> None:
        """End the waits for these aggregates; `last` holds the sequence of the last handled event of each."""
        for aggregate in self._waiting.keys() & last.keys():
            for waiter in self._waiting[aggregate]:
                if last[aggregate] > waiter.sequence:
                    _end(waiter, last[aggregate])

    async def close(self) -> None:
        """End the polling, and with it every wait."""
        if self._poll is not None:
            self._poll.cancel()
            await asyncio.wait([self._poll])

    async def _poll_database(self) -> None:
        while self._waiting:
            if self._leaving():
                for waiter in [each for waiters in self._waiting.values() for each in waiters]:
                    _end(waiter, None)
            else:
                with suppress(*DATABASE_ERRORS):  # each waiter has a time limit of its own
                    self.handled(await self._read(list(self._waiting)))
            await asyncio.sleep(POLL_SECONDS)


def _end(waiter: _Waiter, reached: int | None) -> None:
    if not waiter.reached.done():
        waiter.reached.set_result(reached)
