"""The watchdog: lag is measured, a client that brings nothing is replaced, and the process says when that does not help."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from aftercare_chassis.consumer import watchdog
from aftercare_chassis.consumer.consumer import Consumer
from aftercare_chassis.consumer.parked import ParkedEvents
from aftercare_chassis.consumer.watchdog import Thresholds, Watchdog
from aftercare_chassis.database import outbox
from aftercare_chassis.ids import Uuid7Ids
from aftercare_chassis.kafka import clients
from aftercare_chassis.relay import relay
from aftercare_chassis.relay.relay import Relay
from aftercare_chassis.service import ProcessRole
from aftercare_chassis.testing import Harness, until
from aftercare_events import Envelope, OrderCancelled
from aiokafka import AIOKafkaConsumer, TopicPartition
from httpx import ASGITransport, AsyncClient

Make = Callable[..., OrderCancelled]
TOPIC = "aftercare.orders.v1"
ONE, TWO = TopicPartition(TOPIC, 0), TopicPartition(TOPIC, 1)


class Client:
    """What the watch asks a Kafka client; the test says what the log holds."""

    def __init__(self, ends: dict[TopicPartition, int]) -> None:
        self.ends = ends
        self.firsts = dict.fromkeys(ends, 0)
        self.away = False

    def assignment(self) -> set[TopicPartition]:
        return set(self.ends)

    async def beginning_offsets(self, asked: list[TopicPartition]) -> dict[TopicPartition, int]:
        if self.away:
            raise OSError
        return {partition: self.firsts.get(partition, 0) for partition in asked}

    async def end_offsets(self, asked: list[TopicPartition]) -> dict[TopicPartition, int]:
        return {partition: self.ends.get(partition, 0) for partition in asked}


class Bench:
    """A watch whose time passes when the test says so."""

    def __init__(self, harness: Harness, clock: list[float]) -> None:
        self.runtime, self.clock = harness.runtime, clock
        self.resting: set[TopicPartition] = set()
        self.client = Client({ONE: 0, TWO: 0})
        self.watch = Watchdog(self.runtime, self.runtime.name, [TOPIC], self.resting)
        self.watch.on_partitions_assigned([ONE, TWO])

    async def cursor(self, partition: TopicPartition, offset: int) -> None:
        await self.runtime.pool.execute(
            """INSERT INTO consumer_cursor VALUES ($1, $2, $3, $4)
               ON CONFLICT (consumer, topic, partition) DO UPDATE SET next_offset = EXCLUDED.next_offset""",
            *(self.runtime.name, partition.topic, partition.partition, offset),
        )

    async def look(self, after: float = 0.0) -> bool:
        """Time passes, the watch looks; whether it asks for a new client."""
        self.clock[0] += after
        await self.watch.look(self.client)
        return self.watch.stalled()

    def figure(self, name: str, **labels: str) -> float:
        found = self.runtime.metrics.registry.get_sample_value(f"aftercare_{name}", labels)
        assert found is not None
        return found


@pytest.fixture
def bench(tally: Harness, monkeypatch: pytest.MonkeyPatch) -> Bench:
    clock = [1_000_000.0]
    clocks = SimpleNamespace(monotonic=lambda: clock[0], time=lambda: clock[0])
    monkeypatch.setattr(watchdog, "time", clocks)
    return Bench(tally, clock)


async def test_lag_is_told_in_messages_and_in_seconds(bench: Bench) -> None:
    assert not await bench.look()
    bench.client.ends = {ONE: 5, TWO: 2}
    await bench.cursor(ONE, 2)
    await bench.look(after=7)
    assert (bench.figure("consumer_lag"), bench.figure("consumer_lag_seconds")) == (5, 7)
    await bench.cursor(ONE, 4)
    bench.watch.handled(ONE, int((bench.clock[0] - 3) * 1000))
    await bench.cursor(TWO, 2)
    await bench.look()
    assert (bench.figure("consumer_lag"), bench.figure("consumer_lag_seconds")) == (1, 3), "written 3 s ago at the most"
    await bench.cursor(ONE, 5)
    await bench.look(after=1)
    assert (bench.figure("consumer_lag"), bench.figure("consumer_lag_seconds")) == (0, 0)


async def test_what_retention_has_taken_is_no_lag(bench: Bench) -> None:
    """Nobody will ever bring those messages; to wait for them would be a stall for ever."""
    bench.client.firsts[ONE] = bench.client.ends[ONE] = 90
    assert not await bench.look()
    assert not await bench.look(after=1000)
    assert bench.figure("consumer_lag") == 0


async def test_no_progress_while_there_is_lag_is_a_stall(bench: Bench) -> None:
    bench.client.ends[ONE] = 5
    assert not await bench.look()
    assert not await bench.look(after=29)
    assert await bench.look(after=2)


async def test_neither_progress_nor_an_end_reached_is_a_stall(bench: Bench) -> None:
    bench.client.ends[ONE] = 5
    await bench.look()
    for offset in range(1, 5):
        await bench.cursor(ONE, offset)
        assert not await bench.look(after=25)
    await bench.cursor(ONE, 5)
    await bench.look()
    assert not await bench.look(after=1000)


async def test_one_partition_that_stands_still_is_noticed_later(bench: Bench) -> None:
    """While others move it may only be waiting for its turn."""
    bench.client.ends = {ONE: 5, TWO: 100}
    await bench.look()
    for second in range(18):
        bench.watch.handled(TWO, 0)
        assert not await bench.look(after=9), second
    for _ in range(3):
        bench.watch.handled(TWO, 0)
        await bench.look(after=9)
    assert bench.watch.stalled()


async def test_a_partition_that_waits_on_purpose_is_behind_but_no_stall(bench: Bench) -> None:
    bench.client.ends[ONE] = 5
    bench.resting.add(ONE)
    await bench.look()
    assert not await bench.look(after=1000)
    assert bench.figure("consumer_lag") == 5
    bench.resting.clear()
    assert not await bench.look(), "it starts to count now"
    assert await bench.look(after=31)


async def test_a_rebalance_gets_its_time(bench: Bench) -> None:
    bench.client.ends[ONE] = 5
    await bench.look()
    bench.watch.on_partitions_revoked([ONE, TWO])
    assert not await bench.look(after=29)
    bench.watch.on_partitions_assigned([ONE])
    assert not await bench.look(after=29)
    bench.watch.on_partitions_revoked([ONE])
    await bench.look(after=50)
    assert await bench.look(after=50), "it never came back into its group"


async def test_when_nothing_can_be_learnt_nobody_is_blamed(bench: Bench) -> None:
    bench.client.ends[ONE] = 5
    await bench.look()
    bench.client.away = True
    assert not await bench.look(after=59)
    assert bench.watch.trouble() is None
    await bench.look(after=2)
    assert bench.watch.trouble() == "kafka_unreachable"
    bench.client.away = False
    assert not await bench.look()
    assert bench.watch.trouble() is None
    assert not await bench.look(after=29)


async def test_the_process_says_so_when_a_second_client_does_not_help(bench: Bench) -> None:
    bench.client.ends[ONE] = 5
    await bench.look()
    bench.watch.rebuilt(stalled=True)
    assert bench.watch.trouble() is None
    bench.watch.rebuilt(stalled=True)
    assert bench.watch.trouble() == "stalled"
    assert bench.figure("consumer_rebuilds_total") == 2
    bench.watch.handled(ONE, 0)
    assert bench.watch.trouble() is None


async def test_parked_events_are_a_figure_while_they_are_parked(
    bench: Bench, tally: Harness, order_cancelled: Make
) -> None:
    await tally.consume(order_cancelled("ord_1", "poison"))
    await tally.consume(order_cancelled("ord_1"))
    await tally.consume(order_cancelled("ord_2", "poison"))
    await bench.look()
    by_trouble = [bench.figure("parked_events", trouble=each) for each in ("refused", "behind", "unreadable")]
    assert (by_trouble, bench.figure("parked_aggregates")) == ([2, 1, 0], 2)
    await tally.runtime.pool.execute("DELETE FROM parked_event WHERE aggregateid = 'ord_1'")
    await bench.look()
    by_trouble = [bench.figure("parked_events", trouble=each) for each in ("refused", "behind", "unreadable")]
    assert (by_trouble, bench.figure("parked_aggregates")) == ([1, 0, 0], 1)


async def test_replays_and_what_operators_decided_are_figures(
    bench: Bench, tally: Harness, order_cancelled: Make
) -> None:
    pool = tally.runtime.pool
    await tally.consume(order_cancelled("ord_1", "poison"))
    [parked] = await ParkedEvents(tally.runtime, tally.service.handlers).list()
    await ParkedEvents(tally.runtime, tally.service.handlers).discard(parked.id, by="ops-1", reason="a test order")
    await bench.look()
    assert bench.figure("replays") == 0
    decided = bench.runtime.metrics.registry.get_sample_value("aftercare_parked_decisions", {"decision": "discarded"})
    assert decided == 1
    await pool.execute("CREATE SCHEMA again CREATE TABLE consumer_cursor (LIKE public.consumer_cursor)")
    try:
        await bench.look()
        assert bench.figure("replays") == 1
    finally:
        await pool.execute("DROP SCHEMA again CASCADE")


HASTY = Thresholds(look=0.1, stall=3, partition=30, join=60, away=60)


@asynccontextmanager
async def running(*loops: Callable[[asyncio.Event], Awaitable[None]]) -> AsyncIterator[None]:
    stop = asyncio.Event()
    tasks = [asyncio.ensure_future(loop(stop)) for loop in loops]
    try:
        yield
    finally:
        stop.set()
        await asyncio.wait_for(asyncio.gather(*tasks), 30)


def lame(monkeypatch: pytest.MonkeyPatch, hanging: int) -> list[AIOKafkaConsumer]:
    """The first clients' fetching hangs: the task that asks the brokers for records is gone, all else goes on. They end as
    clients do while brokers are away: by a cancellation of their own."""
    build, built = clients.consumer, []

    def make(*given: Any) -> AIOKafkaConsumer:
        client = build(*given)
        built.append(client)
        if len(built) <= hanging:
            begin, end = client.start, client.stop

            async def start() -> None:
                await begin()
                client._fetcher._fetch_task.cancel()

            async def stop() -> None:
                await end()
                raise asyncio.CancelledError

            client.start, client.stop = start, stop
        return client

    monkeypatch.setattr(clients, "consumer", make)
    return built


async def told(harness: Harness, make: Make) -> str:
    """An event that waits on the log."""
    order = uuid4().hex
    envelope = Envelope.of(make(order), id=Uuid7Ids().uuid7(), source="/x", sequence=1, correlation_id="c")
    async with harness.runtime.transaction() as tx:
        tx.recorded.append(envelope)
    return order


async def counted(harness: Harness, order: str) -> bool:
    query = "SELECT EXISTS (SELECT FROM tallies WHERE id = $1)"
    return bool(await harness.runtime.pool.fetchval(query, f"tally_{order}"))


async def test_a_client_whose_fetching_hangs_is_replaced(
    on_log: Harness, order_cancelled: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    built = lame(monkeypatch, hanging=1)
    consumer = Consumer(on_log.runtime, on_log.service.handlers)
    consumer.watch.patience = HASTY
    order = await told(on_log, order_cancelled)
    async with running(Relay(on_log.runtime).run, consumer.run):
        await until(lambda: counted(on_log, order), "a second client brings it", seconds=60)
        assert consumer.watch.trouble() is None
    assert len(built) == 2
    assert on_log.runtime.metrics.registry.get_sample_value("aftercare_consumer_rebuilds_total") == 1


async def test_when_no_client_brings_anything_the_process_is_not_ready(
    on_log: Harness, order_cancelled: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    lame(monkeypatch, hanging=100)
    consumer = Consumer(on_log.runtime, on_log.service.handlers)
    consumer.watch.patience = HASTY
    await told(on_log, order_cancelled)
    apps = [
        on_log.service.process(*parts) for parts in ((ProcessRole.CONSUME,), (ProcessRole.SERVE, ProcessRole.CONSUME))
    ]
    probes = [AsyncClient(transport=ASGITransport(app), base_url="http://test") for app in apps]

    async def given_up() -> bool:
        return (await probes[0].get("/readyz")).status_code == 503

    async with running(Relay(on_log.runtime).run, consumer.run):
        await until(given_up, "the consuming process says that it is stuck", seconds=60)
        assert (await probes[0].get("/readyz")).json()["why"] == {"consumer": "stalled"}
        assert (await probes[1].get("/readyz")).status_code == 200, "requests are answered all the same"
    for probe in probes:
        await probe.aclose()


async def test_without_kafka_requests_are_answered_and_the_backlog_is_told(
    tally: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The harness' Kafka is an address where nothing listens."""
    monkeypatch.setattr(relay, "STILL_SECONDS", 0.5)
    tally.consumer.watch.patience = Thresholds(look=0.1, away=0.5)
    relaying, serving = tally.service.process(ProcessRole.RELAY, ProcessRole.CONSUME), tally.service.app
    async with (
        AsyncClient(transport=ASGITransport(relaying), base_url="http://test") as apart,
        AsyncClient(transport=ASGITransport(serving), base_url="http://test") as api,
        running(Relay(tally.runtime).run, tally.consumer.run),
    ):

        async def both_told() -> bool:
            why = (await apart.get("/readyz")).json().get("why")
            return bool(why == {"consumer": "kafka_unreachable", "relay": "no_progress"})

        assert (await tally.client("buyer", "buyer-1").post("/v1/tallies", json={"count": 1})).status_code == 201
        await until(both_told, "both loops say that they get nowhere")
        assert (await api.get("/readyz")).status_code == 200
        assert (await apart.get("/livez")).status_code == 200

        async def measured() -> bool:
            return tally.runtime.metrics.registry.get_sample_value("aftercare_outbox_backlog") == 1

        await until(measured, "the backlog is measured while Kafka is away")
        assert tally.runtime.metrics.registry.get_sample_value("aftercare_relay_buckets") == outbox.BUCKETS
