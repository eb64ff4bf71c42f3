"""Watches a consumer from beside its loop: how far it is behind, and whether it moves.

The ends of the log are asked for, not taken from what the client has fetched: a client whose fetching hangs has seen no
end, and that is the very client to notice (aiokafka issues 703 and 1154).
"""

import asyncio
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.abc import ConsumerRebalanceListener

from aftercare_chassis.consumer.metrics import ConsumerMetrics
from aftercare_chassis.kafka import clients
from aftercare_chassis.runtime import Runtime

log = structlog.get_logger(__name__)

CALL_SECONDS = 20.0
_CURSORS = "SELECT topic, partition, next_offset FROM consumer_cursor WHERE consumer = $1"
# Bounded: "10,000 or more" is enough for an alarm, and counting a million every few seconds would cost.
_PARKED = """
SELECT trouble, count(*) AS events FROM (SELECT trouble FROM parked_event WHERE consumer = $1 LIMIT 10000) AS oldest
GROUP BY trouble
"""
_HELD = """
SELECT count(DISTINCT aggregateid) AS aggregates
FROM (SELECT aggregateid FROM parked_event WHERE consumer = $1 AND aggregateid <> '' LIMIT 10000) AS oldest
"""
# A replay stands in a schema of its own, with a cursor table of its own, until it is switched to or dropped.
_REPLAYS = """
SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relname = 'consumer_cursor' AND c.relkind = 'r' AND n.nspname <> 'public'
"""
_DECIDED = "SELECT decision, count(*) AS events FROM parked_decision WHERE consumer = $1 GROUP BY decision"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Seconds: between two looks; without any progress; without progress of one partition while others move; outside of
    the group; without an answer of Kafka."""

    look: float = 5.0
    stall: float = 30.0
    partition: float = 180.0
    join: float = 90.0
    away: float = 60.0


@dataclass(slots=True)
class PartitionProgress:
    """A partition: where its cursor stood, when that last moved (or had nothing to move for), and a time of the clock
    after which the first message that waits was written."""

    cursor: int
    moved: float
    after: float


class Watchdog(ConsumerRebalanceListener):  # type: ignore[misc]
    """`stalled` asks for a new client, `trouble` is what /readyz tells, `joined` whether the group has given this member
    its share. `resting` holds partitions that wait on purpose."""

    def __init__(self, runtime: Runtime, group: str, topics: list[str], resting: Collection[TopicPartition]) -> None:
        self.patience = Thresholds()
        self._metrics = runtime.metrics.of(ConsumerMetrics)
        self._runtime, self._group, self._topics, self._resting = runtime, group, topics, resting
        self._standings: dict[TopicPartition, PartitionProgress] = {}
        self._waiting: list[TopicPartition] = []
        self.joined, self._rebuilt = False, 0
        self._began = self._progress = self._answered = time.monotonic()

    def begin(self) -> None:
        """A new client, or a rebalance: it gets the whole patience."""
        self._began = time.monotonic()
        self._calm()

    def on_partitions_revoked(self, revoked: Collection[TopicPartition]) -> None:
        self.joined = False
        self.begin()

    def on_partitions_assigned(self, assigned: Collection[TopicPartition]) -> None:
        self.joined = True
        self._standings = {
            partition: self._standings[partition] for partition in assigned if partition in self._standings
        }
        self.begin()

    def handled(self, partition: TopicPartition, stamp: int) -> None:
        """The consumer has moved: up to a message written at `stamp` (milliseconds), which is done."""
        self._progress, self._rebuilt = time.monotonic(), 0
        standing = self._standings.get(partition)
        if standing is not None:
            standing.moved, standing.after = self._progress, stamp / 1000

    def rebuilt(self, *, stalled: bool) -> None:
        """The client is given up, because it had stalled or because of an error."""
        self._rebuilt += stalled
        self.joined = False
        self._metrics.client_rebuilt()

    def stalled(self) -> bool:
        """Whether there are messages that this client does not bring, or it is of no use otherwise."""
        now, patience = time.monotonic(), self.patience
        if not self.joined and now - self._began > patience.join:
            return True
        if now - max(self._answered, self._began) > patience.away:
            return True
        still = max((now - self._standings[partition].moved for partition in self._waiting), default=0.0)
        return still > patience.partition or min(still, now - self._progress) > patience.stall

    def trouble(self) -> str | None:
        """Why this process is of no use: a second client did not help, or Kafka has been away for long."""
        if time.monotonic() - self._answered > self.patience.away:
            return "kafka_unreachable"
        return "stalled" if self._rebuilt > 1 else None

    async def run(self, client: AIOKafkaConsumer) -> None:
        """Look every few seconds until cancelled."""
        while True:
            await self.look(client)
            await asyncio.sleep(self.patience.look)

    async def look(self, client: AIOKafkaConsumer) -> None:
        """Learn how things stand. What cannot be learnt is nobody's fault, and counts as no stall."""
        try:
            await self._measure(client)
        except Exception as error:
            log.warning("lag_unknown", reason=f"{type(error).__name__}: {error}"[:200])
            self._calm()

    def _calm(self) -> None:
        """As if everything had just moved."""
        self._progress = time.monotonic()
        self._waiting = []
        for standing in self._standings.values():
            standing.moved = self._progress

    async def _measure(self, client: AIOKafkaConsumer) -> None:
        assigned = sorted(client.assignment())
        asked = assigned or [TopicPartition(self._topics[0], 0)]  # one without partitions hears that Kafka answers, too
        bounds = asyncio.gather(client.beginning_offsets(asked), client.end_offsets(asked))
        first, end = await clients.answer(bounds, CALL_SECONDS)
        self._answered = time.monotonic()
        cursors = await self._remembered()
        behind = {}
        for partition in assigned:
            # What retention has taken is nobody's lag: it never comes.
            cursor = max(cursors.get(partition, 0), first[partition])
            behind[partition] = max(0, end[partition] - cursor)
            self._stand(partition, cursor, caught_up=behind[partition] == 0 or partition in self._resting)
        self._tell(behind)

    def _stand(self, partition: TopicPartition, cursor: int, *, caught_up: bool) -> None:
        now = time.monotonic()
        standing = self._standings.setdefault(partition, PartitionProgress(cursor, now, time.time()))
        if cursor != standing.cursor or caught_up:
            standing.cursor, standing.moved = cursor, now

    def _tell(self, behind: Mapping[TopicPartition, int]) -> None:
        now = time.time()
        for partition, messages in behind.items():
            if not messages:
                self._standings[partition].after = now
        lagging = [partition for partition, messages in behind.items() if messages]
        ages = [now - self._standings[partition].after for partition in lagging]
        self._metrics.lag(sum(behind.values()), max(ages, default=0.0))
        self._waiting = [partition for partition in lagging if partition not in self._resting]
        if self.joined and not lagging:
            self._rebuilt = 0

    async def _remembered(self) -> dict[TopicPartition, int]:
        async with self._runtime.connection() as connection:
            parked: Any = await connection.fetch(_PARKED, self._group)
            held: int = await connection.fetchval(_HELD, self._group)
            decided: Any = await connection.fetch(_DECIDED, self._group)
            replays: int = await connection.fetchval(_REPLAYS)
            rows: Any = await connection.fetch(_CURSORS, self._group)
        self._metrics.parked_events({row["trouble"]: row["events"] for row in parked}, held)
        self._metrics.decisions({row["decision"]: row["events"] for row in decided})
        self._metrics.replays(replays)
        return {TopicPartition(row["topic"], row["partition"]): row["next_offset"] for row in rows}
