"""Relays and consumers scale by their number: four of each are added and removed under load, and no order is inverted."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
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
from aftercare_events import TOPICS, Envelope
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from log_support import ORDERS, Loop, Make, counts, start_at_the_end

AGGREGATES, MOST = 48, 4


class Pool:
    """Loops of one kind that are added and removed."""

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

    async def remove_all(self) -> None:
        while self._members:
            await self.remove()


@pytest.fixture
async def suite(on_log: Harness) -> Harness:
    await start_at_the_end(on_log, [ORDERS])
    return on_log


@asynccontextmanager
async def reading(bootstrap: str) -> AsyncIterator[tuple[AIOKafkaConsumer, dict[TopicPartition, int]]]:
    """A reader at the beginning of all events of orders, and their ends."""
    reader = clients.reader(bootstrap, "test")
    await reader.start()
    try:
        partitions = [TopicPartition(ORDERS, n) for n in range(TOPICS[ORDERS].partitions)]
        ends = await reader.end_offsets(partitions)
        clients.assign(reader, dict.fromkeys(partitions, 0))
        yield reader, ends
    finally:
        await reader.stop()


@asynccontextmanager
async def load(suite: Harness, make: Make, orders: list[str]) -> AsyncIterator[dict[str, int]]:
    """Publish events of all aggregates for as long as the block lasts; how many there are of each."""
    published, end, ids = dict.fromkeys(orders, 0), asyncio.Event(), Uuid7Ids()

    async def write() -> None:
        while not end.is_set():
            for order in orders:
                published[order] += 1
            some = [
                Envelope.of(make(order), id=ids.uuid7(), source="/x", sequence=published[order], correlation_id="c")
                for order in orders
            ]
            async with suite.runtime.transaction() as tx:
                tx.recorded.extend(some)
            await asyncio.sleep(0.25)

    task = asyncio.ensure_future(write())
    try:
        yield published
    finally:
        end.set()
        await task


async def on_the_log(suite: Harness, orders: list[str]) -> dict[str, list[int]]:
    """The sequences of each aggregate in the order of the log."""
    found: dict[str, list[int]] = defaultdict(list)
    async with reading(suite.settings.kafka) as (reader, ends):
        while any([await reader.position(partition) < end for partition, end in ends.items()]):
            for records in (await reader.getmany(timeout_ms=200)).values():
                for record in records:
                    found[(record.key or b"").decode(errors="replace")].append(_sequence(record))
    return {order: found[order] for order in orders}


def _sequence(record: ConsumerRecord) -> int:
    return int(dict(record.headers).get("ce_sequence") or 0)


async def test_four_of_each_are_added_and_removed_under_load(suite: Harness, order_cancelled: Make) -> None:
    orders = [uuid4().hex for _ in range(AGGREGATES)]
    relays = Pool(lambda: Relay(suite.runtime).run)
    consumers = Pool(lambda: Consumer(suite.runtime, suite.service.handlers).run)

    async def further() -> None:
        """Wait for new effects: those that are there now work."""
        before = sum((await counts(suite, orders)).values())
        await until(lambda: more_than(before + AGGREGATES), "effects go on", 60)

    async def more_than(number: int) -> bool:
        return sum((await counts(suite, orders)).values()) > number

    try:
        async with load(suite, order_cancelled, orders) as published:
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
            return await counts(suite, orders) == published

        await until(done, "every event has its one effect", 60)
    finally:
        await relays.remove_all()
        await consumers.remove_all()
    seen = await on_the_log(suite, orders)
    first = {order: list(dict.fromkeys(sequences)) for order, sequences in seen.items()}
    assert first == {order: list(range(1, number + 1)) for order, number in published.items()}, (
        "an inversion, or a loss"
    )
    parked: Any = await suite.runtime.pool.fetchval(
        "SELECT count(*) FROM parked_event WHERE aggregateid = ANY($1)", orders
    )
    assert parked == 0
    print(f"{sum(published.values())} events, {sum(map(len, seen.values()))} on the log, 0 inversions")


async def test_the_outbox_has_its_storage_parameters(tally: Harness) -> None:
    kept: Any = await tally.runtime.pool.fetchval("SELECT reloptions FROM pg_class WHERE oid = 'outbox'::regclass")
    assert set(kept) == {
        "autovacuum_vacuum_scale_factor=0",
        "autovacuum_vacuum_threshold=1000",
        "autovacuum_vacuum_cost_delay=0",
        "vacuum_truncate=off",
    }


async def test_a_relay_removes_the_dead_rows_of_what_it_has_sent(
    suite: Harness, order_cancelled: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Autovacuum runs once a minute; every read would pass the dead rows of that minute."""
    monkeypatch.setattr(sender, "VACUUM_ROWS", 2 * AGGREGATES)
    relays = Pool(lambda: Relay(suite.runtime).run)

    async def vacuumed() -> bool:
        query = "SELECT vacuum_count > 0 FROM pg_stat_user_tables WHERE relid = 'outbox'::regclass"
        return bool(await suite.runtime.pool.fetchval(query))

    relays.add()
    try:
        async with load(suite, order_cancelled, [uuid4().hex for _ in range(AGGREGATES)]):
            await until(vacuumed, "the outbox is vacuumed")
    finally:
        await relays.remove_all()
