"""The watchdog measures the lag, and decides by time and progress when a client has to be replaced."""

from types import SimpleNamespace

import pytest
from aftercare_chassis.consumer import watchdog
from aftercare_chassis.consumer.parked_events import ParkedEvents
from aftercare_chassis.consumer.watchdog import Watchdog
from aftercare_chassis.testing import Harness
from aiokafka import TopicPartition
from log_support import Make

TOPIC = "aftercare.orders.v1"
ONE, TWO = TopicPartition(TOPIC, 0), TopicPartition(TOPIC, 1)


class Client:
    """The part of a Kafka client that the watchdog needs. The test decides what the log holds."""

    def __init__(self, ends: dict[TopicPartition, int]) -> None:
        self.ends = ends
        self.firsts = dict.fromkeys(ends, 0)
        self.unreachable = False

    def assignment(self) -> set[TopicPartition]:
        return set(self.ends)

    async def beginning_offsets(self, asked: list[TopicPartition]) -> dict[TopicPartition, int]:
        return {partition: self.firsts.get(partition, 0) for partition in asked}

    async def end_offsets(self, asked: list[TopicPartition]) -> dict[TopicPartition, int]:
        if self.unreachable:
            raise OSError
        return {partition: self.ends.get(partition, 0) for partition in asked}


class Bench:
    """A watchdog whose clock the test moves."""

    def __init__(self, harness: Harness, clock: list[float]) -> None:
        self.runtime, self.clock = harness.runtime, clock
        self.paused: set[TopicPartition] = set()
        self.client = Client({ONE: 0, TWO: 0})
        self.watchdog = Watchdog(self.runtime, [TOPIC], self.paused)
        self.watchdog.on_partitions_assigned([ONE, TWO])

    async def cursor(self, partition: TopicPartition, offset: int) -> None:
        await self.runtime.pool.execute(
            """INSERT INTO consumer_cursor VALUES ($1, $2, $3, $4)
               ON CONFLICT (consumer, topic, partition) DO UPDATE SET next_offset = EXCLUDED.next_offset""",
            *(self.runtime.name, partition.topic, partition.partition, offset),
        )

    async def look(self, after: float = 0.0) -> bool:
        """Let time pass and measure; return whether a new client is needed."""
        self.clock[0] += after
        await self.watchdog.look(self.client)
        return self.watchdog.stalled()

    def metric(self, name: str, **labels: str) -> float:
        found = self.runtime.metrics.registry.get_sample_value(f"aftercare_{name}", labels)
        assert found is not None
        return found


@pytest.fixture
def bench(tally: Harness, monkeypatch: pytest.MonkeyPatch) -> Bench:
    clock = [1_000_000.0]
    clocks = SimpleNamespace(monotonic=lambda: clock[0], time=lambda: clock[0])
    monkeypatch.setattr(watchdog, "time", clocks)
    return Bench(tally, clock)


async def test_lag_is_measured_in_messages_and_in_seconds(bench: Bench) -> None:
    assert not await bench.look()
    bench.client.ends = {ONE: 5, TWO: 2}
    await bench.cursor(ONE, 2)
    await bench.look(after=7)
    assert (bench.metric("consumer_lag"), bench.metric("consumer_lag_seconds")) == (5, 7)
    await bench.cursor(ONE, 4)
    bench.watchdog.handled(ONE, int((bench.clock[0] - 3) * 1000))
    await bench.cursor(TWO, 2)
    await bench.look()
    assert (bench.metric("consumer_lag"), bench.metric("consumer_lag_seconds")) == (1, 3), "written 3 s ago at the most"
    await bench.cursor(ONE, 5)
    await bench.look(after=1)
    assert (bench.metric("consumer_lag"), bench.metric("consumer_lag_seconds")) == (0, 0)


async def test_what_retention_has_deleted_is_no_lag(bench: Bench) -> None:
    """Those messages never arrive, so waiting for them would be a stall for ever."""
    bench.client.firsts[ONE] = bench.client.ends[ONE] = 90
    assert not await bench.look()
    assert not await bench.look(after=1000)
    assert bench.metric("consumer_lag") == 0


async def test_no_progress_while_there_is_lag_is_a_stall(bench: Bench) -> None:
    bench.client.ends[ONE] = 5
    assert not await bench.look()
    assert not await bench.look(after=29)
    assert await bench.look(after=2)


async def test_neither_progress_nor_the_end_of_the_log_is_a_stall(bench: Bench) -> None:
    bench.client.ends[ONE] = 5
    await bench.look()
    for offset in range(1, 5):
        await bench.cursor(ONE, offset)
        assert not await bench.look(after=25)
    await bench.cursor(ONE, 5)
    await bench.look()
    assert not await bench.look(after=1000)


async def test_one_partition_without_progress_is_noticed_later(bench: Bench) -> None:
    """While others make progress it may only be waiting for its turn."""
    bench.client.ends = {ONE: 5, TWO: 100}
    await bench.look()
    for second in range(18):
        bench.watchdog.handled(TWO, 0)
        assert not await bench.look(after=9), second
    for _ in range(3):
        bench.watchdog.handled(TWO, 0)
        await bench.look(after=9)
    assert bench.watchdog.stalled()


async def test_a_paused_partition_lags_but_is_no_stall(bench: Bench) -> None:
    bench.client.ends[ONE] = 5
    bench.paused.add(ONE)
    await bench.look()
    assert not await bench.look(after=1000)
    assert bench.metric("consumer_lag") == 5
    bench.paused.clear()
    assert not await bench.look(), "time counts from now on"
    assert await bench.look(after=31)


async def test_times_are_counted_from_a_rebalance(bench: Bench) -> None:
    bench.client.ends[ONE] = 5
    await bench.look()
    bench.watchdog.on_partitions_revoked([ONE, TWO])
    assert not await bench.look(after=29)
    bench.watchdog.on_partitions_assigned([ONE])
    assert not await bench.look(after=29)
    bench.watchdog.on_partitions_revoked([ONE])
    await bench.look(after=50)
    assert await bench.look(after=50), "it never joined its group again"


async def test_without_a_measurement_the_client_counts_as_making_progress(bench: Bench) -> None:
    bench.client.ends[ONE] = 5
    await bench.look()
    bench.client.unreachable = True
    assert not await bench.look(after=59)
    assert bench.watchdog.problem() is None
    await bench.look(after=2)
    assert bench.watchdog.problem() == "kafka_unreachable"
    bench.client.unreachable = False
    assert not await bench.look()
    assert bench.watchdog.problem() is None
    assert not await bench.look(after=29)


async def test_a_second_client_that_does_not_help_is_a_problem(bench: Bench) -> None:
    bench.client.ends[ONE] = 5
    await bench.look()
    bench.watchdog.client_replaced(stalled=True)
    assert bench.watchdog.problem() is None
    bench.watchdog.client_replaced(stalled=True)
    assert bench.watchdog.problem() == "stalled"
    assert bench.metric("consumer_rebuilds_total") == 2
    bench.watchdog.handled(ONE, 0)
    assert bench.watchdog.problem() is None


async def test_parked_events_are_counted_while_they_are_parked(
    bench: Bench, tally: Harness, order_cancelled: Make
) -> None:
    await tally.consume(order_cancelled("ord_1", "unprocessable"))
    await tally.consume(order_cancelled("ord_1"))
    await tally.consume(order_cancelled("ord_2", "unprocessable"))
    await bench.look()
    by_reason = [bench.metric("parked_events", trouble=each) for each in ("refused", "behind", "unreadable")]
    assert (by_reason, bench.metric("parked_aggregates")) == ([2, 1, 0], 2)
    await tally.runtime.pool.execute("DELETE FROM parked_event WHERE aggregateid = 'ord_1'")
    await bench.look()
    by_reason = [bench.metric("parked_events", trouble=each) for each in ("refused", "behind", "unreadable")]
    assert (by_reason, bench.metric("parked_aggregates")) == ([1, 0, 0], 1)


async def test_replays_and_decisions_of_operators_are_counted(
    bench: Bench, tally: Harness, order_cancelled: Make
) -> None:
    pool = tally.runtime.pool
    await tally.consume(order_cancelled("ord_1", "unprocessable"))
    [parked] = await ParkedEvents(tally.runtime, tally.service.handlers).list()
    await ParkedEvents(tally.runtime, tally.service.handlers).discard(parked.id, by="ops-1", reason="a test order")
    await bench.look()
    assert bench.metric("replays") == 0
    decided = bench.runtime.metrics.registry.get_sample_value("aftercare_parked_decisions", {"decision": "discarded"})
    assert decided == 1
    await pool.execute("CREATE SCHEMA again CREATE TABLE consumer_cursor (LIKE public.consumer_cursor)")
    try:
        await bench.look()
        assert bench.metric("replays") == 1
    finally:
        await pool.execute("DROP SCHEMA again CASCADE")
