"""Outbox to log to inbox, with a real broker: every event arrives, in order per aggregate, with one effect."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any
from unittest.mock import AsyncMock
from uuid import uuid4

import asyncpg
import pytest
from aftercare_chassis.consumer import consumer
from aftercare_chassis.consumer.consumer import Consumer
from aftercare_chassis.database import outbox
from aftercare_chassis.ids import Uuid7Ids
from aftercare_chassis.kafka import clients
from aftercare_chassis.observability import tracing
from aftercare_chassis.relay.relay import Relay
from aftercare_chassis.relay.sender import Sender
from aftercare_chassis.relay.shards import ShardLeases
from aftercare_chassis.testing import Harness, until
from aftercare_events import TOPICS, Envelope, OrderCancelled, codec
from aiokafka import AIOKafkaConsumer, TopicPartition

FEEDBACK, ORDERS = "aftercare.feedback.v1", "aftercare.orders.v1"


@asynccontextmanager
async def running(*loops: Callable[[asyncio.Event], Awaitable[None]]) -> AsyncIterator[None]:
    stop = asyncio.Event()
    tasks = [asyncio.ensure_future(loop(stop)) for loop in loops]
    try:
        yield
    finally:
        stop.set()
        await asyncio.wait_for(asyncio.gather(*tasks), 20)


async def drained(harness: Harness) -> bool:
    return bool(await harness.runtime.pool.fetchval("SELECT count(*) = 0 FROM outbox"))


@asynccontextmanager
async def reading(bootstrap: str, topic: str) -> AsyncIterator[Callable[[int], Awaitable[list[Envelope]]]]:
    """The envelopes that reach the end of a topic from now on."""
    client = AIOKafkaConsumer(topic, bootstrap_servers=bootstrap, auto_offset_reset="latest")
    await client.start()
    await client.seek_to_end()
    for partition in client.assignment():
        await client.position(partition)

    async def take(count: int) -> list[Envelope]:
        async with asyncio.timeout(30):
            records = [await client.getone() for _ in range(count)]
        return [codec.decode(r.topic, r.key, r.value, r.headers) for r in records]

    try:
        yield take
    finally:
        await client.stop()


async def test_concurrent_writers_reach_the_log_in_order_per_aggregate(on_log: Harness, log: str) -> None:
    buyer = on_log.client("buyer", "buyer-1")
    ids = [(await buyer.post("/v1/tallies", json={"count": 0})).json()["id"] for _ in range(5)]
    async with reading(log, FEEDBACK) as take, running(Relay(on_log.runtime).run):

        async def writer(n: int) -> None:
            for step in range(10):
                answer = await buyer.post(f"/v1/tallies/{ids[(n + step) % 5]}/up", params={"times": 2})
                assert answer.status_code == 200

        await asyncio.gather(*(writer(n) for n in range(8)))
        envelopes = await take(5 + 8 * 10 * 2)
        await until(lambda: drained(on_log), "the outbox is empty")
    for each in ids:
        assert [e.sequence for e in envelopes if e.subject == each] == list(range(1, 34))


async def test_a_trace_goes_through_the_log(on_log: Harness, log: str) -> None:
    trace = "0af7651916cd43dd8448eb211c80319c"
    caller = {"traceparent": f"00-{trace}-b7ad6b7169203331-01", "tracestate": "vendor=one,other=2"}
    async with reading(log, FEEDBACK) as take, running(Relay(on_log.runtime).run):
        await on_log.client("buyer", "buyer-1").post("/v1/tallies", json={"count": 0}, headers=caller)
        [envelope] = await take(1)
    found = tracing.parse(envelope.traceparent, envelope.tracestate)
    assert found is not None
    assert (found.trace_id, found.tracestate) == (trace, caller["tracestate"])


async def test_relays_share_the_buckets_and_take_over(on_log: Harness) -> None:
    first, second = [await on_log.runtime.connect() for _ in range(2)]
    one, two = ShardLeases(first), ShardLeases(second)
    await one.join()
    assert len(await one.refresh()) == outbox.BUCKETS
    await two.join()
    assert await two.refresh() == []
    assert len(await one.refresh()) == outbox.BUCKETS // 2
    held = set(await two.refresh())
    assert len(held) == outbox.BUCKETS // 2
    assert held.isdisjoint(await one.refresh())
    await first.close()
    await until(lambda: _owns_all(two), "the survivor owns everything")
    await second.close()


async def _owns_all(buckets: ShardLeases) -> bool:
    return len(await buckets.refresh()) == outbox.BUCKETS


def told_by(make: Callable[..., OrderCancelled], order_id: str, sequence: int) -> Envelope:
    """An event of another service, as its outbox would hold it."""
    return Envelope.of(make(order_id), id=Uuid7Ids().uuid7(), source="/x", sequence=sequence, correlation_id="c")


async def post(harness: Harness, *envelopes: Envelope) -> None:
    async with harness.runtime.transaction() as tx:
        tx.recorded.extend(envelopes)


async def tallies(harness: Harness, orders: list[str]) -> dict[str, int]:
    query = "SELECT id, count FROM tallies WHERE id = ANY($1)"
    rows: Any = await harness.runtime.pool.fetch(query, [f"tally_{order}" for order in orders])
    return {row["id"].removeprefix("tally_"): row["count"] for row in rows}


async def test_a_relay_that_dies_after_the_acknowledgement_doubles_nothing_in_effect(
    on_log: Harness, order_cancelled: Callable[..., OrderCancelled]
) -> None:
    """The rows are still there, so they are sent again; the consumer knows them by then."""
    order = uuid4().hex
    first, second = (told_by(order_cancelled, order, n) for n in (1, 2))
    async with running(on_log.consumer.run, Relay(on_log.runtime).run):
        for some in ([first], [first], [second]):  # same aggregate, same partition: the last effect comes last
            await post(on_log, *some)
            await until(lambda: drained(on_log), "the event is on the log")

        async def at_the_end() -> bool:
            return (await tallies(on_log, [order])).get(order, 0) >= 2

        await until(at_the_end, "the second event has its effect")
    assert await tallies(on_log, [order]) == {order: 2}


async def test_consumers_that_come_and_go_lose_and_double_nothing(
    on_log: Harness, order_cancelled: Callable[..., OrderCancelled]
) -> None:
    rivals = [Consumer(on_log.runtime, on_log.service.handlers) for _ in range(2)]
    orders = [uuid4().hex for _ in range(20)]
    await post(on_log, *(told_by(order_cancelled, order, n) for n in range(1, 11) for order in orders))

    async def begun() -> bool:
        return bool(await tallies(on_log, orders))

    async def done() -> bool:
        return sum((await tallies(on_log, orders)).values()) >= 200

    async with running(Relay(on_log.runtime).run, rivals[0].run):
        await until(begun, "the first one has begun")
        async with running(rivals[1].run):
            await until(done, "every event has its effect")
    assert await tallies(on_log, orders) == dict.fromkeys(orders, 10)
    assert await on_log.parked() == []


async def test_the_places_of_all_partitions_are_learnt_at_once(
    on_log: Harness, order_cancelled: Callable[..., OrderCancelled], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The broker answers such a question only when the fetch that it holds has ended: one wait each would be seconds."""
    asked: list[int] = []
    learn = Consumer._places

    async def places(self: Consumer, client: AIOKafkaConsumer, unknown: Any) -> Any:
        asked.append(len(unknown))
        return await learn(self, client, unknown)

    monkeypatch.setattr(Consumer, "_places", places)
    # Our cursors say to start here; the group is new to Kafka, so its client starts at the beginning of the log.
    ends = await log_ends(on_log.settings.kafka, ORDERS)
    rows = [(on_log.runtime.name, *place, end, 0) for place, end in ends.items()]
    await on_log.runtime.pool.executemany("INSERT INTO consumer_cursor VALUES ($1, $2, $3, $4, $5)", rows)
    orders = [uuid4().hex for _ in range(4 * len(ends))]
    await post(on_log, *(told_by(order_cancelled, order, 1) for order in orders))

    async def done() -> bool:
        return len(await tallies(on_log, orders)) == len(orders)

    async with running(Relay(on_log.runtime).run, on_log.consumer.run):
        await until(done, "every event has its effect")
    assert asked == [len(ends)]
    everything: Any = await on_log.runtime.pool.fetchval("SELECT count(*) FROM tallies")
    assert everything == len(orders), "what stands before the cursors was taken, too"


async def log_ends(bootstrap: str, topic: str) -> dict[TopicPartition, int]:
    reader = clients.reader(bootstrap, "test")
    await reader.start()
    try:
        ends: dict[TopicPartition, int] = await reader.end_offsets(
            [TopicPartition(topic, number) for number in range(TOPICS[topic].partitions)]
        )
        return ends
    finally:
        await reader.stop()


async def test_one_that_died_is_waited_for_and_not_given_up(
    on_log: Harness, order_cancelled: Callable[..., OrderCancelled], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Kafka keeps a dead member's place for its session. Who gives up meanwhile would be the next dead member."""
    monkeypatch.setitem(clients.CONSUMER, "session_timeout_ms", 10_000)
    monkeypatch.setattr(consumer, "CALL_SECONDS", 5.0)
    dead = clients.consumer(on_log.settings.kafka, on_log.runtime.name)
    dead.subscribe([ORDERS])
    await dead.start()
    monkeypatch.setattr(dead._coordinator, "_maybe_leave_group", AsyncMock())
    await dead.stop()
    order = uuid4().hex
    await post(on_log, told_by(order_cancelled, order, 1))
    async with running(Relay(on_log.runtime).run, on_log.consumer.run):
        await until(lambda: tallies(on_log, [order]), "its successor works")
    assert on_log.runtime.metrics.registry.get_sample_value("aftercare_consumer_rebuilds_total") == 0


async def test_a_client_whose_own_task_is_cancelled_is_replaced(
    on_log: Harness, order_cancelled: Callable[..., OrderCancelled], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As happens when brokers go away at a bad moment: its calls fail by a CancelledError that nobody here asked for."""
    made: list[AIOKafkaConsumer] = []
    make = clients.consumer
    monkeypatch.setattr(clients, "consumer", lambda *where: made.append(make(*where)) or made[-1])
    order = uuid4().hex
    first, second = (told_by(order_cancelled, order, n) for n in (1, 2))

    async def reached(count: int) -> bool:
        return (await tallies(on_log, [order])).get(order) == count

    async def replaced() -> bool:
        return len(made) == 2

    async with running(Relay(on_log.runtime).run, on_log.consumer.run):
        await post(on_log, first)
        await until(lambda: reached(1), "it works")
        made[0]._coordinator._coordination_task.cancel()
        await until(replaced, "it is replaced")
        await post(on_log, second)
        await until(lambda: reached(2), "the next one goes on", 60)


async def test_a_relay_survives_a_connection_that_its_driver_gives_up(
    on_log: Harness, order_cancelled: Callable[..., OrderCancelled], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after a freeze: the driver has read that the server ended the session, and nobody has told it that it is closed."""
    run, given_up = Sender.run, []

    async def once(self: Sender, *arguments: Any) -> None:
        if not given_up:
            given_up.append(self)
            raise asyncpg.InternalClientError("cannot switch to state 15; another operation (2) is in progress")
        await run(self, *arguments)

    monkeypatch.setattr(Sender, "run", once)
    await post(on_log, told_by(order_cancelled, uuid4().hex, 1))
    async with running(Relay(on_log.runtime).run):
        await until(lambda: drained(on_log), "the event is on the log")
    assert given_up


def test_clients_are_built_with_what_keeps_events_safe() -> None:
    assert clients.PRODUCER["acks"] == "all"
    assert clients.PRODUCER["enable_idempotence"] is True
    assert clients.CONSUMER["enable_auto_commit"] is False
    assert clients.CONSUMER["auto_offset_reset"] == "earliest"
    assert clients.CONSUMER["session_timeout_ms"] < clients.CONSUMER["rebalance_timeout_ms"]
