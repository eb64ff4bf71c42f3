"""Waits until a running suite has no work left: all events are published, and all consumers have handled them."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

import asyncpg
from aftercare_chassis.kafka import clients
from aftercare_cli.stack.interface import Addresses
from aiokafka import AIOKafkaConsumer, TopicPartition

WAIT_SECONDS, POLL_SECONDS = 300.0, 0.2
SETTLE_SECONDS = 1.0
"""For what workers do after the last event."""
WAITING = "SELECT EXISTS (SELECT FROM outbox)"
CURSORS = "SELECT topic, partition, next_offset FROM consumer_cursor"

Offsets = Mapping[TopicPartition, int]


class Quiet:
    """Looks at the outbox and the cursors of each service, over connections that stay open."""

    def __init__(self, databases: Sequence[asyncpg.Connection], reader: AIOKafkaConsumer) -> None:
        self._databases, self._reader = databases, reader

    async def wait(self) -> None:
        """Return a second after the last event was handled. Raises: SystemExit where that takes too long."""
        end = time.monotonic() + WAIT_SECONDS
        while not await self._all_handled():
            if time.monotonic() > end:
                raise SystemExit(f"bench: the suite still works on its events after {WAIT_SECONDS:.0f} s")
            await asyncio.sleep(POLL_SECONDS)
        await asyncio.sleep(SETTLE_SECONDS)

    async def published(self) -> int:
        """The number of events on the log."""
        cursors = [cursor for database in self._databases for cursor in await _cursors(database)]
        return sum((await self._ends(cursors)).values())

    async def _all_handled(self) -> bool:
        if any([await database.fetchval(WAITING) for database in self._databases]):
            return False
        services = [await _cursors(database) for database in self._databases]
        ends = await self._ends([place for cursors in services for place in cursors])
        return not any(behind(cursors, ends) for cursors in services)

    async def _ends(self, places: Sequence[TopicPartition]) -> Offsets:
        ends: Offsets = await self._reader.end_offsets(sorted(set(places)))
        return ends


async def _cursors(database: asyncpg.Connection) -> Offsets:
    rows = await database.fetch(CURSORS)
    return {TopicPartition(row["topic"], row["partition"]): row["next_offset"] for row in rows}


def behind(cursors: Offsets, ends: Offsets) -> int:
    """The number of events that a consumer has not handled yet."""
    return sum(max(0, ends[place] - offset) for place, offset in cursors.items())


@asynccontextmanager
async def quiet(addresses: Addresses) -> AsyncIterator[Quiet]:
    """For a running suite."""
    databases = [await asyncpg.connect(dsn) for dsn in addresses.databases.values()]
    reader = clients.reader(addresses.kafka, "bench")
    await reader.start()
    try:
        yield Quiet(databases, reader)
    finally:
        await reader.stop()
        for database in databases:
            await database.close()
