"""Relays and consumers scale by their number: four of each are added and removed under load, and nothing is inverted."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import pytest
from aftercare_chassis.consumer.consumer import Consumer
from aftercare_chassis.ids import Uuid7Ids
from aftercare_chassis.kafka import clients
from aftercare_chassis.relay import sender
from aftercare_chassis.relay.relay import Relay
from aftercare_chassis.testing import Harness, until
from aftercare_events import TOPICS, Envelope, OrderCancelled
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

Make = Callable[..., OrderCancelled]
Loop = Callable[[asyncio.Event], Awaitable[None]]

ORDERS, AGGREGATES, MOST = "aftercare.orders.v1", 48, 4


class Crew:
    """Loops of one kind that come and go."""

    def __init__(self, make: Callable[[], Loop]) -> None:
        self._make = make
        self._members: list[tuple[asyncio.Event, asyncio.Future[None]]] = []

    def add(self) -> None:
        stop = asyncio.Event()
        self._members.append((stop, asyncio.ensure_future(self._make()(stop))))

    async def remove(self, first: int = 0) -> None:
        stop, task = self._members.pop(first)
        stop.set()
        await asyncio.wait_for(task, 30)

    async def dismiss(self) -> None:
        while self._members:
            await self.remove()


@pytest.fixture
async def suite(on_log: Harness) -> Harness:
    async with reading(on_log.settings.kafka) as (_, ends):  # what other tests have told is none of its business
        rows = [(on_log.runtime.name, place.topic, place.partition, end) for place, end in ends.items()]
    await on_log.runtime.pool.executemany("INSERT INTO consumer_cursor VALUES ($1, $2, $3, $4)", rows)
    return on_log


@asynccontextmanager
async def reading(bootstrap: str) -> AsyncIterator[tuple[AIOKafkaConsumer, dict[TopicPartition, int]]]:
    """A reader of all orders' events that stands at their beginning, and where they end."""
    reader = clients.reader(bootstrap, "test")
    await reader.start()
    try:
        places = [TopicPartition(ORDERS, n) for n in range(TOPICS[ORDERS].partitions)]
        ends = await reader.end_offsets(places)
        clients.stand(reader, dict.fromkeys(places, 0))
        yield reader, ends
    finally:
        await reader.stop()


@asynccontextmanager
async def load(suite: Harness, make: Make, orders: list[str]) -> AsyncIterator[dict[str, int]]:
    """Events of all aggregates, one after the other, for as long as the block lasts; how many there are of each."""
    told, end, ids = dict.fromkeys(orders, 0), asyncio.Event(), Uuid7Ids()

    async def write() -> None:
        while not end.is_set():
            for order in orders:
                told[order] += 1
            some = [
                Envelope.of(make(order), id=ids.uuid7(), source="/x", sequence=told[order], correlation_id="c")
                for order in orders
            ]
            async with suite.runtime.transaction() as tx:
                tx.recorded.extend(some)
            await asyncio.sleep(0.25)

    task = asyncio.ensure_future(write())
    try:
        yield told
    finally:
        end.set()
        await task


async def on_the_log(suite: Harness, orders: list[str]) -> dict[str, list[int]]:
    """The sequences of each aggregate as they stand in the log."""
    found: dict[str, list[int]] = defaultdict(list)
    async with reading(suite.settings.kafka) as (reader, ends):
        while any([await reader.position(place) < end for place, end in ends.items()]):
            for records in (await reader.getmany(timeout_ms=200)).values():
                for record in records:
                    found[(record.key or b"").decode(errors="replace")].append(_sequence(record))
    return {order: found[order] for order in orders}


def _sequence(record: ConsumerRecord) -> int:
    return int(dict(record.headers).get("ce_sequence") or 0)


async def test_four_of_each_come_and_go_under_load(suite: Harness, order_cancelled: Make) -> None:
    orders = [uuid4().hex for _ in range(AGGREGATES)]
    relays = Crew(lambda: Relay(suite.runtime).run)
    consumers = Crew(lambda: Consumer(suite.runtime, suite.service.handlers).run)

    async def counts() -> dict[str, int]:
        wanted = [f"tally_{order}" for order in orders]  # other tests write to this log, too
        rows: Any = await suite.runtime.pool.fetch("SELECT id, count FROM tallies WHERE id = ANY($1)", wanted)
        return {row["id"].removeprefix("tally_"): row["count"] for row in rows}

    async def further() -> None:
        """New effects are seen: whoever is there now works."""
        before = sum((await counts()).values())
        await until(lambda: more_than(before + AGGREGATES), "effects go on", 60)

    async def more_than(number: int) -> bool:
        return sum((await counts()).values()) > number

    try:
        async with load(suite, order_cancelled, orders) as told:
            for more in (1, MOST - 1):
                for _ in range(more):
                    relays.add()
                    consumers.add()
                await further()
            for fewer in (2, MOST - 3):
                for _ in range(fewer):
                    await relays.remove()
                    await consumers.remove()
                await further()
            relays.add()

        async def done() -> bool:
            return await counts() == told

        await until(done, "every event has its one effect", 60)
    finally:
        await relays.dismiss()
        await consumers.dismiss()
    seen = await on_the_log(suite, orders)
    first = {order: list(dict.fromkeys(sequences)) for order, sequences in seen.items()}
    assert first == {order: list(range(1, number + 1)) for order, number in told.items()}, "an inversion, or a loss"
    parked: Any = await suite.runtime.pool.fetchval(
        "SELECT count(*) FROM parked_event WHERE aggregateid = ANY($1)", orders
    )
    assert parked == 0
    print(f"{sum(told.values())} events, {sum(map(len, seen.values()))} on the log, 0 inversions")


async def test_the_outbox_has_its_storage_parameters(tally: Harness) -> None:
    kept: Any = await tally.runtime.pool.fetchval("SELECT reloptions FROM pg_class WHERE oid = 'outbox'::regclass")
    assert set(kept) == {
        "autovacuum_vacuum_scale_factor=0",
        "autovacuum_vacuum_threshold=1000",
        "autovacuum_vacuum_cost_delay=0",
        "vacuum_truncate=off",
    }


async def test_a_relay_frees_the_space_of_what_it_has_sent(
    suite: Harness, order_cancelled: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Autovacuum comes by the minute; the rows of that minute would be passed at each look for the next event."""
    monkeypatch.setattr(sender, "CLEAN", 2 * AGGREGATES)
    relays = Crew(lambda: Relay(suite.runtime).run)

    async def freed() -> bool:
        asked = "SELECT vacuum_count > 0 FROM pg_stat_user_tables WHERE relid = 'outbox'::regclass"
        return bool(await suite.runtime.pool.fetchval(asked))

    relays.add()
    try:
        async with load(suite, order_cancelled, [uuid4().hex for _ in range(AGGREGATES)]):
            await until(freed, "the outbox is cleaned")
    finally:
        await relays.dismiss()
