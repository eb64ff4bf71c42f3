"""Watches a consumer from a task of its own: how far it lags behind the log, and whether it makes progress.

The ends of the log are requested from the brokers and not taken from the client's fetches: a client whose fetches hang has
seen no end, and that is the client to detect (aiokafka issues 703 and 1154, open in 0.14.0).
"""

import asyncio
import time
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.abc import ConsumerRebalanceListener

from aftercare_chassis.consumer.metrics import ConsumerMetrics
from aftercare_chassis.kafka import clients
from aftercare_chassis.runtime import Runtime

log = structlog.get_logger(__name__)

CALL_SECONDS = 20.0
# One statement, every few seconds in each process. Counts have a limit: "10,000 or more" is enough for an alert, and counting a
# million rows is expensive. A replay has a schema of its own, with its own cursor table, until it is switched to or dropped.
_MEASURE = """
SELECT
  ARRAY(SELECT (topic, partition, next_offset) FROM consumer_cursor WHERE consumer = $1) AS cursors,
  ARRAY(SELECT (trouble, count(*)) FROM (SELECT trouble FROM parked_event WHERE consumer = $1 LIMIT 10000) AS oldest
        GROUP BY trouble) AS parked,
  (SELECT count(DISTINCT aggregateid)
   FROM (SELECT aggregateid FROM parked_event WHERE consumer = $1 AND aggregateid <> '' LIMIT 10000) AS oldest) AS blocked,
  ARRAY(SELECT (decision, count(*)) FROM parked_decision WHERE consumer = $1 GROUP BY decision) AS decisions,
  (SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE c.relname = 'consumer_cursor' AND c.relkind = 'r' AND n.nspname <> 'public') AS replays
"""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Seconds. `look`: between two measurements. The others, after which the client is replaced: `stall` without progress of
    any partition; `partition` without progress of one partition; `join` outside of the group; `away` without an answer of
    Kafka."""

    look: float = 5.0
    stall: float = 30.0
    partition: float = 180.0
    join: float = 90.0
    away: float = 60.0


@dataclass(slots=True)
class PartitionProgress:
    """`cursor`: the partition's, at the last measurement. `moved`: when it last changed or had nothing to do, by the monotonic
    clock. `after`: a time of the wall clock after which the first waiting message was written."""

    cursor: int
    moved: float
    after: float


class Watchdog(ConsumerRebalanceListener):  # type: ignore[misc]
    """`stalled` is true when the client has to be replaced, `problem` is for /readyz, `joined` is true once the group has assigned
    partitions to this member. `paused` are the partitions that wait on purpose."""

    def __init__(self, runtime: Runtime, topics: list[str], paused: Collection[TopicPartition]) -> None:
        self.thresholds = Thresholds()
        self._metrics = runtime.metrics.of(ConsumerMetrics)
        self._runtime, self._group, self._topics, self._paused = runtime, runtime.name, topics, paused
        self._partitions: dict[TopicPartition, PartitionProgress] = {}
        self._lagging: list[TopicPartition] = []
        self.joined, self._stalls = False, 0
        self._started = self._progress = self._answered = time.monotonic()

    def restart(self) -> None:
        """Count all times from now, for a new client or after a rebalance."""
        self._started = time.monotonic()
        self._assume_progress()

    def on_partitions_revoked(self, revoked: Collection[TopicPartition]) -> None:
        """Called by the client when a rebalance begins."""
        self.joined = False
        self.restart()

    def on_partitions_assigned(self, assigned: Collection[TopicPartition]) -> None:
        """Called by the client when a rebalance has ended."""
        self.joined = True
        self._partitions = {each: self._partitions[each] for each in assigned if each in self._partitions}
        self.restart()

    def handled(self, partition: TopicPartition, timestamp: int) -> None:
        """Note that the partition's messages up to one written at `timestamp` (milliseconds) were handled."""
        self._progress, self._stalls = time.monotonic(), 0
        progress = self._partitions.get(partition)
        if progress is not None:
            progress.moved, progress.after = self._progress, timestamp / 1000

    def client_replaced(self, *, stalled: bool) -> None:
        """Note that the client is replaced, because it had stalled or because of an error."""
        self._stalls += stalled
        self.joined = False
        self._metrics.client_rebuilt()

    def stalled(self) -> bool:
        """Return whether messages wait that this client does not fetch, or whether it cannot fetch at all."""
        now, thresholds = time.monotonic(), self.thresholds
        if not self.joined and now - self._started > thresholds.join:
            return True
        if now - max(self._answered, self._started) > thresholds.away:
            return True
        longest = max((now - self._partitions[each].moved for each in self._lagging), default=0.0)
        return longest > thresholds.partition or min(longest, now - self._progress) > thresholds.stall

    def problem(self) -> str | None:
        """Return why this process does not work: a second client did not help, or Kafka has not answered for long."""
        if time.monotonic() - self._answered > self.thresholds.away:
            return "kafka_unreachable"
        return "stalled" if self._stalls > 1 else None

    async def run(self, client: AIOKafkaConsumer) -> None:
        """Measure every few seconds until cancelled."""
        while True:
            await self.look(client)
            await asyncio.sleep(self.thresholds.look)

    async def look(self, client: AIOKafkaConsumer) -> None:
        """Measure once. Where that fails, the client counts as making progress."""
        try:
            await self._measure(client)
        except Exception as error:
            log.warning("lag_unknown", reason=f"{type(error).__name__}: {error}"[:200])
            self._assume_progress()

    def _assume_progress(self) -> None:
        self._progress = time.monotonic()
        self._lagging = []
        for progress in self._partitions.values():
            progress.moved = self._progress

    async def _measure(self, client: AIOKafkaConsumer) -> None:
        assigned = sorted(client.assignment())
        asked = assigned or [TopicPartition(self._topics[0], 0)]  # without partitions, to know that Kafka answers
        end = await clients.result(client.end_offsets(asked), CALL_SECONDS)
        self._answered = time.monotonic()
        cursors = await self._query()
        behind = [each for each in assigned if cursors.get(each, 0) < end[each]]
        # Messages that retention has deleted never arrive, so they are no lag.
        first = await clients.result(client.beginning_offsets(behind), CALL_SECONDS) if behind else {}
        lag = {}
        for partition in assigned:
            cursor = max(cursors.get(partition, 0), first.get(partition, 0))
            lag[partition] = max(0, end[partition] - cursor)
            self._update(partition, cursor, idle=lag[partition] == 0 or partition in self._paused)
        self._report(lag)

    def _update(self, partition: TopicPartition, cursor: int, *, idle: bool) -> None:
        now = time.monotonic()
        progress = self._partitions.setdefault(partition, PartitionProgress(cursor, now, time.time()))
        if cursor != progress.cursor or idle:
            progress.cursor, progress.moved = cursor, now

    def _report(self, lag: Mapping[TopicPartition, int]) -> None:
        now = time.time()
        for partition, messages in lag.items():
            if not messages:
                self._partitions[partition].after = now
        lagging = [partition for partition, messages in lag.items() if messages]
        ages = [now - self._partitions[partition].after for partition in lagging]
        by_topic = Counter[str]()
        for partition, messages in lag.items():
            by_topic[partition.topic] += messages
        self._metrics.lag(by_topic, max(ages, default=0.0), len(self._paused))
        self._lagging = [partition for partition in lagging if partition not in self._paused]
        if self.joined and not lagging:
            self._stalls = 0

    async def _query(self) -> dict[TopicPartition, int]:
        """Return the cursors, and update the metrics of what is parked."""
        async with self._runtime.connection() as connection:
            [found] = await connection.fetch(_MEASURE, self._group)
        self._metrics.parked_events(dict(found["parked"]), found["blocked"])
        self._metrics.decisions(dict(found["decisions"]))
        self._metrics.replays(found["replays"])
        return {TopicPartition(topic, number): offset for topic, number, offset in found["cursors"]}
