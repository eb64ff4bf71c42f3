"""The relay: outbox rows to Kafka, in order per aggregate, each at least once.

One round reads the oldest rows of the owned buckets, sends one batch per partition, waits for all acknowledgements and
deletes the acknowledged rows. A partition whose batch failed keeps its rows, and so everything behind them. An event
that Kafka will never take blocks its aggregate alone. After a fatal error of the producer, or a deadline that passed
with batches still queued, the producer is thrown away, so that nothing old is sent behind something new.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from functools import lru_cache
from typing import Any

import asyncpg
import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import (
    InvalidTopicError,
    KafkaError,
    MessageSizeTooLargeError,
    RecordListTooLargeError,
    TopicAuthorizationFailedError,
)
from aiokafka.partitioner import murmur2

from aftercare_chassis import crash, kafka
from aftercare_chassis.buckets import SILENCE_SECONDS, Buckets
from aftercare_chassis.runtime import Runtime

log = structlog.get_logger(__name__)

ROUND = 1000
METADATA_SECONDS, SEND_SECONDS = (
    5.0,
    12.0,
)  # together below SILENCE_SECONDS: waiting for Kafka must not cost the session
IDLE_SECONDS = (0.02, 0.2)
STILL_SECONDS = 60.0
_PERMANENT = (MessageSizeTooLargeError, RecordListTooLargeError, InvalidTopicError, TopicAuthorizationFailedError)

_READ = """
SELECT id, event_id, aggregateid, topic, headers, payload, created_at FROM outbox o
WHERE bucket = ANY($1::smallint[]) AND NOT EXISTS (SELECT 1 FROM outbox_blocked b WHERE b.aggregateid = o.aggregateid)
ORDER BY id LIMIT $2
"""
_DELETE = "DELETE FROM outbox WHERE id = ANY($1::bigint[])"
_BLOCK = """
INSERT INTO outbox_blocked (aggregateid, event_id, reason) VALUES ($1, $2, $3) ON CONFLICT (aggregateid) DO NOTHING
"""
_BACKLOG = """
SELECT (SELECT count(*) FROM (SELECT 1 FROM outbox LIMIT 100000) AS rows) AS backlog,
       (SELECT count(*) FROM outbox_blocked) AS blocked,
       COALESCE(EXTRACT(EPOCH FROM clock_timestamp() - (SELECT created_at FROM outbox ORDER BY id LIMIT 1)), 0)::float8 AS age
"""
Place = tuple[str, int]


class ProducerSpent(Exception):
    """This producer may still hold old batches or an unusable sequence; a new one has to be built."""


@lru_cache(maxsize=100_000)
def _hash(key: str) -> int:
    return int(murmur2(key.encode())) & 0x7FFFFFFF


class Relay:
    """Runs until told to stop; survives Kafka and PostgreSQL going away and coming back."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._last_look = 0.0
        self._progress = time.monotonic()

    async def run(self, stop: asyncio.Event) -> None:
        """Relay until `stop` is set, building connection and producer anew whenever one of them is lost."""
        self._runtime.watchdogs["relay"] = self._trouble
        while not stop.is_set():
            try:
                await self._session(stop)
            except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                log.warning("relay_database_lost", error=type(error).__name__)
                await _pause(stop, 1.0)

    async def _session(self, stop: asyncio.Event) -> None:
        connection = await self._runtime.connect(idle_session_timeout=f"{SILENCE_SECONDS}s")
        try:
            buckets = Buckets(connection)
            await buckets.join()
            while not stop.is_set():
                try:
                    await self._with_producer(connection, buckets, stop)
                except (KafkaError, ProducerSpent, TimeoutError) as error:
                    log.warning("relay_kafka_lost", error=type(error).__name__)
                    owned = await buckets.refresh()  # keeps the session from falling silent while Kafka is away
                    await self._measure(connection, len(owned))
                    await _pause(stop, 0.5)
        finally:
            self._runtime.metrics.relay_ended()
            with suppress(Exception):
                await connection.close(timeout=2)

    async def _with_producer(self, connection: asyncpg.Connection, buckets: Buckets, stop: asyncio.Event) -> None:
        producer = kafka.producer(self._runtime.settings.kafka, f"{self._runtime.name}-relay")
        try:
            await asyncio.wait_for(producer.start(), 5.0)
            await self._rounds(connection, buckets, producer, stop)
        finally:
            with suppress(Exception):
                await asyncio.wait_for(producer.stop(), 2.0)

    async def _rounds(
        self, connection: asyncpg.Connection, buckets: Buckets, producer: AIOKafkaProducer, stop: asyncio.Event
    ) -> None:
        owned, refreshed, idle = await buckets.refresh(), time.monotonic(), IDLE_SECONDS[0]
        while not stop.is_set():
            if time.monotonic() - refreshed > 1.0:
                owned, refreshed = await buckets.refresh(), time.monotonic()
                await self._measure(connection, len(owned))
            rows = await connection.fetch(_READ, owned, ROUND)
            if rows:
                await self._relay(connection, producer, rows)
                idle = IDLE_SECONDS[0]
            elif await self._runtime.outbox_bell.wait(idle):
                idle = IDLE_SECONDS[0]
            else:
                idle = min(idle * 2, IDLE_SECONDS[1])
            self._progress = time.monotonic()

    async def _relay(self, connection: asyncpg.Connection, producer: AIOKafkaProducer, rows: list[Any]) -> None:
        """Send one round; delete what was acknowledged, then raise what made the rest fail."""
        places: dict[Place, list[Any]] = defaultdict(list)
        for row in rows:
            partitions = await asyncio.wait_for(producer.partitions_for(row["topic"]), METADATA_SECONDS)
            places[row["topic"], _hash(row["aggregateid"]) % len(partitions)].append(row)
        crash.point("relay.read")
        started = time.monotonic()
        outcomes = await asyncio.gather(*(self._send(producer, place, some) for place, some in places.items()))
        waited = time.monotonic() - started
        acknowledged = [row["id"] for sent, _ in outcomes for row in sent]
        crash.point("relay.acknowledged")
        if acknowledged:
            await connection.execute(_DELETE, acknowledged)
            crash.point("relay.deleted")
            self._runtime.metrics.relay_acknowledged(len(acknowledged), waited)
        for failed in (failure for _, failure in outcomes if failure is not None):
            if not isinstance(failed, _PERMANENT):
                raise ProducerSpent from failed
        await self._block_hopeless(connection, producer, places, outcomes)

    async def _send(
        self, producer: AIOKafkaProducer, place: Place, rows: list[Any]
    ) -> tuple[list[Any], Exception | None]:
        """One batch for one partition: the rows that were acknowledged, and what went wrong."""
        batch, sent = producer.create_batch(), []
        for row in rows:
            headers = [(name, text.encode()) for name, text in row["headers"].items()]
            key, stamp = row["aggregateid"].encode(), int(row["created_at"].timestamp() * 1000)
            if batch.append(timestamp=stamp, key=key, value=row["payload"], headers=headers) is None:
                break  # full: the rest goes in the next round, behind this one
            sent.append(row)
        try:
            async with asyncio.timeout(SEND_SECONDS):
                await (await producer.send_batch(batch, place[0], partition=place[1]))
        except (KafkaError, TimeoutError) as error:
            return [], error
        return sent, None

    async def _block_hopeless(
        self,
        connection: asyncpg.Connection,
        producer: AIOKafkaProducer,
        places: dict[Place, list[Any]],
        outcomes: Iterable[tuple[list[Any], Exception | None]],
    ) -> None:
        """Where Kafka refused a batch for good, find the events that it refuses and block their aggregates."""
        for (place, rows), (_, failure) in zip(places.items(), outcomes, strict=True):
            blocked: set[str] = set()
            for row in rows if failure is not None else ():
                if row["aggregateid"] in blocked:
                    continue
                sent, refused = await self._send(producer, place, [row])
                if sent:
                    await connection.execute(_DELETE, [row["id"]])
                elif isinstance(refused, _PERMANENT):
                    blocked.add(row["aggregateid"])
                    await connection.execute(_BLOCK, row["aggregateid"], row["event_id"], type(refused).__name__)
                    log.error("aggregate_blocked", aggregate=row["aggregateid"], reason=type(refused).__name__)
                else:
                    raise ProducerSpent from refused

    async def _measure(self, connection: asyncpg.Connection, owned: int) -> None:
        if time.monotonic() - self._last_look > 5.0:
            self._last_look = time.monotonic()
            found: Any = await connection.fetchrow(_BACKLOG)
            self._runtime.metrics.relay_backlog(found["backlog"], found["age"], found["blocked"], owned)

    def _trouble(self) -> str | None:
        """Why this process is of no use: for long nothing was acknowledged, or nobody could be asked."""
        return "no_progress" if time.monotonic() - self._progress > STILL_SECONDS else None


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)
