"""A relay's rounds: the oldest rows of some buckets are read, sent, and deleted once they are acknowledged.

The buckets are worked through in two halves: while Kafka takes the events of the one, those of the other are read. Of a
bucket, and so of an aggregate, nothing is read before all that was sent of it is acknowledged and deleted, or has failed
and everything begins anew.
"""

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

import asyncpg
import structlog
from aiokafka import AIOKafkaProducer

from aftercare_chassis import failpoints
from aftercare_chassis.relay import batches
from aftercare_chassis.relay.batches import PERMANENT, Batch
from aftercare_chassis.relay.metrics import RelayMetrics
from aftercare_chassis.runtime import Runtime

log = structlog.get_logger(__name__)

FIRST, MOST, MOST_BYTES = 500, 4000, 8 * 1024 * 1024  # rows of a round: a new producer begins with few and doubles them
IDLE_SECONDS = (0.02, 0.2)
FEW, BEAT_SECONDS = 100, 0.01  # rounds of few rows cost as much as rounds of many: no more than so often
CLEAN = 5000  # deleted rows, from one cleaning to the next
CLEAN_SECONDS, CLEAN_SHARE = 5.0, 0.05  # how long one may take at the most, and which part of the time all of them

# Bucket by bucket. An outbox is empty most times that statistics are made of it, and the plan for all buckets at once
# that PostgreSQL finds good for an empty table reads and sorts the whole backlog in each round.
_READ = """
SELECT id, aggregateid, topic, headers::text, payload, floor(date_part('epoch', created_at) * 1000)::bigint AS stamp
FROM unnest($1::smallint[]) AS mine(bucket), LATERAL (
    SELECT * FROM outbox o WHERE o.bucket = mine.bucket AND aggregateid NOT IN (SELECT aggregateid FROM outbox_blocked)
    ORDER BY id LIMIT $2
) AS oldest
"""
# An outbox leaves dead rows, and each look into a bucket passes all of that bucket's: most of what a busy relay
# costs the server, where autovacuum comes once in a minute (its default). Who does not own the table is warned, no more.
_CLEAN = "VACUUM (SKIP_LOCKED, INDEX_CLEANUP ON, TRUNCATE OFF) outbox"
_DELETE = "DELETE FROM outbox WHERE id = ANY($1::bigint[])"
_BLOCK = """
INSERT INTO outbox_blocked (aggregateid, event_id, reason) SELECT aggregateid, event_id, $2 FROM outbox WHERE id = $1
ON CONFLICT (aggregateid) DO NOTHING
"""


class ProducerSpent(Exception):
    """This producer may still hold old batches or an unusable sequence; a new one has to be built."""


@dataclass(slots=True)
class Flight:
    """A round on its way, and when it began."""

    batches: asyncio.Task[list[Batch]]
    began: float


class Sender:
    """What is done with one connection and one producer; ProducerSpent when that is of no further use."""

    def __init__(self, connection: asyncpg.Connection, producer: AIOKafkaProducer, runtime: Runtime) -> None:
        self._connection, self._producer, self._runtime = connection, producer, runtime
        self._metrics = runtime.metrics.of(RelayMetrics)
        self._most, self._idle = FIRST, IDLE_SECONDS[0]
        self._dead, self._clean_again = 0, 0.0

    async def run(self, buckets: Sequence[int], seconds: float, stop: asyncio.Event) -> None:
        """Relay what comes into these buckets for so long; at the end nothing of them is in flight."""
        end, flight = time.monotonic() + seconds, None
        try:
            while not stop.is_set() and (began := time.monotonic()) < end:
                found = 0
                for half in (buckets[::2], buckets[1::2]):
                    rows = await self._read(half)
                    ahead, flight = flight, self._launch(rows) if rows else None
                    if ahead is not None:
                        await self._land(ahead)
                    found += len(rows)
                await self._clean()
                await self._pause(found, began)
            if flight is not None:
                await self._land(flight)
        except BaseException:
            if flight is not None:
                flight.batches.cancel()
            raise

    async def _pause(self, found: int, began: float) -> None:
        """Not at all after many rows, until the next beat after few; else until the bell rings, or longer and longer."""
        if found:
            self._idle = IDLE_SECONDS[0]
            if found < FEW:
                await asyncio.sleep(began + BEAT_SECONDS - time.monotonic())
        elif await self._runtime.outbox_wakeup.wait(self._idle):
            self._idle = IDLE_SECONDS[0]
        else:
            self._idle = min(self._idle * 2, IDLE_SECONDS[1])

    async def _clean(self) -> None:
        """Free what was deleted; seldom, where that takes long (somebody keeps an old snapshot, and nothing is freed)."""
        began = time.monotonic()
        if self._dead >= CLEAN and began >= self._clean_again:
            self._dead = 0
            with suppress(TimeoutError):
                await self._connection.execute(_CLEAN, timeout=CLEAN_SECONDS)
            ended = time.monotonic()
            self._clean_again = ended + (ended - began) / CLEAN_SHARE

    async def _read(self, buckets: Sequence[int]) -> list[Any]:
        """The oldest rows of each of these buckets, in the order of their ids."""
        each = -(-self._most // max(1, len(buckets)))
        rows: list[Any] = await self._connection.fetch(_READ, buckets, each)
        if rows:
            rows.sort(key=itemgetter("id"))
            size = sum(len(row["payload"]) for row in rows)
            self._most = min(2 * self._most, MOST, max(1, MOST_BYTES * len(rows) // max(1, size)))
            failpoints.point("relay.read")
        return rows

    def _launch(self, rows: list[Any]) -> Flight:
        return Flight(asyncio.create_task(batches.send(self._producer, rows)), time.monotonic())

    async def _land(self, flight: Flight) -> None:
        """Delete what was acknowledged, then raise what made the rest fail."""
        sent = await flight.batches
        waited = time.monotonic() - flight.began
        acknowledged = [row["id"] for batch in sent for row in batch.rows[: batch.taken]]
        failpoints.point("relay.acknowledged")
        if acknowledged:
            await self._connection.execute(_DELETE, acknowledged)
            self._dead += len(acknowledged)
            failpoints.point("relay.deleted")
            self._metrics.acknowledged(len(acknowledged), waited)
        refused = [batch for batch in sent if batch.refused is not None]
        for batch in refused:
            if not isinstance(batch.refused, PERMANENT):
                raise ProducerSpent from batch.refused
        for batch in refused:
            await self._block_hopeless(batch.rows)

    async def _block_hopeless(self, rows: list[Any]) -> None:
        """Of a batch that Kafka refused for good, find the events that it refuses, and block their aggregates."""
        blocked: set[str] = set()
        for row in rows:
            if row["aggregateid"] in blocked:
                continue
            [alone] = await batches.send(self._producer, [row])
            if alone.taken:
                await self._connection.execute(_DELETE, [row["id"]])
            elif isinstance(alone.refused, PERMANENT):
                blocked.add(row["aggregateid"])
                await self._connection.execute(_BLOCK, row["id"], type(alone.refused).__name__)
                log.error("aggregate_blocked", aggregate=row["aggregateid"], reason=type(alone.refused).__name__)
            else:
                raise ProducerSpent from alone.refused
