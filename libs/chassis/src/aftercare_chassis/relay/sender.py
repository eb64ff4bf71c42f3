"""The rounds of a relay: the oldest rows of its shards are read, sent, and deleted once they are acknowledged.

Mostly the outbox holds a few rows, which are read at once; the next read waits until a commit notifies. Of a longer one the
shards are processed in two halves: while Kafka takes the events of one, those of the other are read. Nothing more of a shard,
and so of an aggregate, is read before everything that was sent of it is acknowledged and deleted, or has failed and a new
producer begins.
"""

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from operator import itemgetter

import asyncpg
import structlog
from aiokafka import AIOKafkaProducer

from aftercare_chassis import failpoints
from aftercare_chassis.database.notifications import OUTBOX
from aftercare_chassis.relay import batches
from aftercare_chassis.relay.batches import PERMANENT, Batch
from aftercare_chassis.relay.metrics import RelayMetrics
from aftercare_chassis.runtime import Runtime

log = structlog.get_logger(__name__)

FIRST_ROWS, MAX_ROWS, MAX_BYTES = 500, 4000, 8 * 1024 * 1024
"""A round of a new producer reads FIRST_ROWS, each further one twice as many, up to the other two."""
FEW_ROWS, ROUND_SECONDS = 100, 0.01
"""An outbox of fewer than FEW_ROWS is read by one simple statement. A round of few rows costs as much as a full one: after it
the next begins ROUND_SECONDS after its beginning."""
VACUUM_ROWS = 5000
"""How many deleted rows lead to a VACUUM."""
VACUUM_SECONDS, VACUUM_SHARE = 5.0, 0.05
"""How long a VACUUM may take, and which share of the time all of them together may."""

# The oldest rows, those of other relays among them: the number of rows that are passed is bounded, however many another
# relay has left there. A full result says nothing about the rows behind it.
_READ_FEW = """
SELECT id, aggregateid, topic, headers::text, payload, floor(date_part('epoch', created_at) * 1000)::bigint AS stamp,
       bucket = ANY($1::smallint[]) AND aggregateid NOT IN (SELECT aggregateid FROM outbox_blocked) AS mine
FROM outbox ORDER BY id LIMIT $2
"""
# Shard by shard. The outbox is mostly empty when PostgreSQL collects statistics, and the plan for all shards at once that
# is good for an empty table reads and sorts the whole backlog in each round.
_READ = """
SELECT id, aggregateid, topic, headers::text, payload, floor(date_part('epoch', created_at) * 1000)::bigint AS stamp
FROM unnest($1::smallint[]) AS mine(bucket), LATERAL (
    SELECT * FROM outbox o WHERE o.bucket = mine.bucket AND aggregateid NOT IN (SELECT aggregateid FROM outbox_blocked)
    ORDER BY id LIMIT $2
) AS oldest
"""
# Every read of a shard passes the dead rows that deletions have left in it, which is most of what a busy relay costs the
# server; autovacuum runs once a minute by default. A role that does not own the table gets a warning and no VACUUM.
_VACUUM = "VACUUM (SKIP_LOCKED, INDEX_CLEANUP ON, TRUNCATE OFF) outbox"
_DELETE = "DELETE FROM outbox WHERE id = ANY($1::bigint[])"
_BLOCK = """
INSERT INTO outbox_blocked (aggregateid, event_id, reason) SELECT aggregateid, event_id, $2 FROM outbox WHERE id = $1
ON CONFLICT (aggregateid) DO NOTHING
"""


class ProducerUnusable(Exception):
    """The producer may still hold old batches, or its sequence is unusable: it has to be replaced."""


@dataclass(slots=True)
class InFlight:
    """A half round that is being sent, and when it began, by the monotonic clock."""

    batches: asyncio.Task[list[Batch]]
    began: float


class Sender:
    """Sends through one connection and one producer."""

    def __init__(self, connection: asyncpg.Connection, producer: AIOKafkaProducer, runtime: Runtime) -> None:
        self._connection, self._producer = connection, producer
        self._metrics = runtime.metrics.of(RelayMetrics)
        self._wakeup = runtime.wakeup(OUTBOX)
        self._rows = FIRST_ROWS
        self._few = True
        self._in_flight: InFlight | None = None
        self._deleted, self._next_vacuum = 0, 0.0

    async def run(self, shards: Sequence[int], seconds: float, stop: asyncio.Event) -> None:
        """Send the events of these shards for this many seconds; at the end none is being sent.

        Raises:
            ProducerUnusable: Build a new producer and begin again.
        """
        end = time.monotonic() + seconds
        try:
            while not stop.is_set() and (began := time.monotonic()) < end:
                done = await self._short_round(shards) if self._few else await self._long_round(shards)
                await self._vacuum()
                if done:
                    await self._pause(began, end)
            await self._complete_in_flight()
        except BaseException:
            if self._in_flight is not None:
                self._in_flight.batches.cancel()
            raise

    async def _short_round(self, shards: Sequence[int]) -> bool:
        """Send the oldest rows, and where they are not few, go on with a long round; return whether none is left."""
        rows: list[asyncpg.Record] = await self._connection.fetch(_READ_FEW, shards, FEW_ROWS)
        self._few = len(rows) < FEW_ROWS
        left = 0
        if mine := [row for row in rows if row["mine"]]:
            failpoints.point("relay.read")
            left = len(mine) - await self._complete(self._send(mine))
        return left == 0 if self._few else await self._long_round(shards)

    async def _long_round(self, shards: Sequence[int]) -> bool:
        """Read the shards in two halves, and send each while the other one is read; there may always be more of them."""
        found = 0
        for half in (shards[::2], shards[1::2]):
            rows = await self._read(half)
            previous, self._in_flight = self._in_flight, self._send(rows) if rows else None
            if previous is not None:
                await self._complete(previous)
            found += len(rows)
        if found < FEW_ROWS:
            await self._complete_in_flight()
            self._few = True
        return False

    async def _complete_in_flight(self) -> None:
        if self._in_flight is not None:
            await self._complete(self._in_flight)
            self._in_flight = None

    async def _pause(self, began: float, end: float) -> None:
        """Wait until a commit notifies, or until the end; at least until ROUND_SECONDS after the beginning of the round."""
        await asyncio.sleep(began + ROUND_SECONDS - time.monotonic())
        await self._wakeup.wait(end - time.monotonic())

    async def _vacuum(self) -> None:
        """Remove dead rows; rarely where that takes long, since an old snapshot is then in use and nothing is freed."""
        began = time.monotonic()
        if self._deleted >= VACUUM_ROWS and began >= self._next_vacuum:
            self._deleted = 0
            with suppress(TimeoutError):
                await self._connection.execute(_VACUUM, timeout=VACUUM_SECONDS)
            ended = time.monotonic()
            self._next_vacuum = ended + (ended - began) / VACUUM_SHARE

    async def _read(self, shards: Sequence[int]) -> list[asyncpg.Record]:
        """Return the oldest rows of each of these shards, in the order of their ids."""
        per_shard = -(-self._rows // max(1, len(shards)))
        rows: list[asyncpg.Record] = await self._connection.fetch(_READ, shards, per_shard)
        if rows:
            rows.sort(key=itemgetter("id"))
            size = sum(len(row["payload"]) for row in rows)
            self._rows = min(2 * self._rows, MAX_ROWS, max(1, MAX_BYTES * len(rows) // max(1, size)))
            failpoints.point("relay.read")
        return rows

    def _send(self, rows: list[asyncpg.Record]) -> InFlight:
        return InFlight(asyncio.create_task(batches.send(self._producer, rows)), time.monotonic())

    async def _complete(self, in_flight: InFlight) -> int:
        """Delete what was acknowledged, then deal with what was refused; return how many were acknowledged.

        Raises:
            ProducerUnusable: A batch failed in a way that may pass.
        """
        sent = await in_flight.batches
        seconds = time.monotonic() - in_flight.began
        acknowledged = [row["id"] for batch in sent for row in batch.rows[: batch.acknowledged]]
        failpoints.point("relay.acknowledged")
        if acknowledged:
            await self._connection.execute(_DELETE, acknowledged)
            self._deleted += len(acknowledged)
            failpoints.point("relay.deleted")
            self._metrics.acknowledged(len(acknowledged), seconds)
        refused = [batch for batch in sent if batch.error is not None]
        for batch in refused:
            if not isinstance(batch.error, PERMANENT):
                raise ProducerUnusable from batch.error
        for batch in refused:
            await self._block_refused(batch.rows)
        return len(acknowledged)

    async def _block_refused(self, rows: list[asyncpg.Record]) -> None:
        """Find the events of a permanently refused batch that Kafka refuses one by one, and block their aggregates."""
        blocked: set[str] = set()
        for row in rows:
            if row["aggregateid"] in blocked:
                continue
            [alone] = await batches.send(self._producer, [row])
            if alone.acknowledged:
                await self._connection.execute(_DELETE, [row["id"]])
            elif isinstance(alone.error, PERMANENT):
                blocked.add(row["aggregateid"])
                await self._connection.execute(_BLOCK, row["id"], type(alone.error).__name__)
                log.error("aggregate_blocked", aggregate=row["aggregateid"], reason=type(alone.error).__name__)
            else:
                raise ProducerUnusable from alone.error
