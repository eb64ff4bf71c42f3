"""What tests of consumers and relays share: loops that run, events in the outbox, the ends of the log, effects."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from typing import Any

from aftercare_chassis.ids import Uuid7Ids
from aftercare_chassis.kafka import clients
from aftercare_chassis.testing import Harness
from aftercare_events import TOPICS, Envelope, Event, OrderCancelled
from aiokafka import TopicPartition

Make = Callable[..., OrderCancelled]
"""The fixture `order_cancelled`: makes an event from an order's id and a cause."""
Loop = Callable[[asyncio.Event], Awaitable[None]]
ORDERS = "aftercare.orders.v1"


@asynccontextmanager
async def running(*loops: Loop) -> AsyncIterator[None]:
    """Run these loops for as long as the block lasts."""
    stop = asyncio.Event()
    tasks = [asyncio.ensure_future(loop(stop)) for loop in loops]
    try:
        yield
    finally:
        stop.set()
        await asyncio.wait_for(asyncio.gather(*tasks), 30)


def envelope_of(event: Event, sequence: int = 1) -> Envelope:
    """The event as another service would publish it."""
    return Envelope.of(event, id=Uuid7Ids().uuid7(), source="/x", sequence=sequence, correlation_id="c")


async def publish(harness: Harness, *envelopes: Envelope) -> None:
    """Put these into the outbox, in one transaction."""
    async with harness.runtime.transaction() as tx:
        tx.recorded.extend(envelopes)


async def outbox_is_empty(harness: Harness) -> bool:
    return bool(await harness.runtime.pool.fetchval("SELECT count(*) = 0 FROM outbox"))


async def counts(harness: Harness, orders: Sequence[str]) -> dict[str, int]:
    """How often each of these orders has been counted."""
    query = "SELECT id, count FROM tallies WHERE id = ANY($1)"
    rows: Any = await harness.runtime.pool.fetch(query, [f"tally_{order}" for order in orders])
    return {row["id"].removeprefix("tally_"): row["count"] for row in rows}


async def log_ends(bootstrap: str, *topics: str) -> dict[TopicPartition, int]:
    """The next offset of each partition of these topics."""
    reader = clients.reader(bootstrap, "test")
    await reader.start()
    try:
        partitions = [TopicPartition(topic, n) for topic in topics for n in range(TOPICS[topic].partitions)]
        ends: dict[TopicPartition, int] = await reader.end_offsets(partitions)
        return ends
    finally:
        await reader.stop()


async def start_at_the_end(harness: Harness, topics: Collection[str]) -> dict[TopicPartition, int]:
    """Put the service's cursors behind what other tests have left on the log; return them."""
    ends = await log_ends(harness.settings.kafka, *topics)
    rows = [(harness.runtime.name, *partition, end, 0) for partition, end in ends.items()]
    await harness.runtime.pool.executemany("INSERT INTO consumer_cursor VALUES ($1, $2, $3, $4, $5)", rows)
    return ends
