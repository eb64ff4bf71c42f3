"""What a consumer keeps in its own database: its cursors, the events it has handled, and how far each aggregate is.

All of it changes in the transaction that holds the effects. The cursor decides where the consumer reads; the offset that
Kafka keeps for the group follows it and serves monitoring.

For `KEPT` the inbox keeps the id and a digest of every event (a worker deletes older rows): an event that arrives again is
recognised by its id, and one that arrives again with other content by the digest. For older events only the sequence
decides: a number that the aggregate has passed was handled, as this event or as another one.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from uuid import UUID

from aftercare_events import Envelope
from aiokafka import TopicPartition
from asyncpg.pool import PoolConnectionProxy

from aftercare_chassis.database.write_batch import Write

KEPT = timedelta(days=14)
"""Longer than a running consumer ever goes back in the log."""
_CERTAINLY_KEPT = KEPT - timedelta(days=1)
"""An event younger than this is in the inbox if it was ever handled, however far the hosts' clocks differ."""

_CURSORS = "SELECT topic, partition, next_offset, first_offset FROM consumer_cursor WHERE consumer = $1"
_INSERT_CURSOR = """
INSERT INTO consumer_cursor (consumer, topic, partition, next_offset, first_offset) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT DO NOTHING
"""
# In one statement, because a round trip costs more than a row; most transactions of a consumer handle a few events.
_BEGIN = """
WITH moved AS (
    UPDATE consumer_cursor AS stored SET next_offset = read.stop
    FROM unnest($2::text[], $3::int[], $4::bigint[], $5::bigint[]) AS read(topic, partition, known, stop)
    WHERE stored.consumer = $1 AND stored.topic = read.topic AND stored.partition = read.partition
      AND stored.next_offset = read.known
    RETURNING 1
), fresh AS (
    INSERT INTO inbox (consumer, event_id, content) SELECT $1, * FROM unnest($6::uuid[], $7::bigint[])
    ON CONFLICT DO NOTHING RETURNING event_id
)
SELECT (SELECT count(*) FROM moved) AS moved, ARRAY(SELECT event_id FROM fresh) AS fresh,
       ARRAY(SELECT (aggregateid, last_sequence, blocked_since) FROM subject_state
             WHERE consumer = $1 AND aggregateid = ANY($8::text[])) AS progress
"""
_DIGESTS = "SELECT event_id, content FROM inbox WHERE consumer = $1 AND event_id = ANY($2::uuid[])"
_PROGRESS = """
SELECT aggregateid, last_sequence, blocked_since FROM subject_state
WHERE consumer = $1 AND aggregateid = ANY($2::text[])
"""
_SAVE_PROGRESS = """
INSERT INTO subject_state (consumer, aggregateid, last_sequence, blocked_since)
SELECT $1, * FROM unnest($2::text[], $3::bigint[], $4::timestamptz[])
ON CONFLICT (consumer, aggregateid)
DO UPDATE SET last_sequence = EXCLUDED.last_sequence, blocked_since = EXCLUDED.blocked_since
"""


class Fenced(Exception):
    """The cursor is not where this consumer left it: another consumer, a newer owner of the partition, has moved it."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """The next offset that a consumer reads of a partition, and the offset at which it once began."""

    next_offset: int
    first_offset: int


@dataclass(slots=True)
class AggregateProgress:
    """The sequence of an aggregate's last event that was handled or discarded, and since when the aggregate is blocked."""

    last_sequence: int = 0
    blocked_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class PartitionRead:
    """Offsets that were read of a partition, and where its cursor was before; None for a partition never read before."""

    partition: TopicPartition
    known: Cursor | None
    offsets: range

    @property
    def cursor(self) -> Cursor:
        """The cursor behind these offsets."""
        return Cursor(self.offsets.stop, self.offsets.start if self.known is None else self.known.first_offset)


@dataclass(frozen=True, slots=True)
class Handled:
    """What was handled before: for each event that was inserted None, or the digest with which it had been inserted; and
    the progress of each aggregate, also of those never met."""

    digests: list[int | None]
    progress: dict[str, AggregateProgress]


def content_digest(envelope: Envelope) -> int:
    """Return 64 bits over the content of an event: equal for every delivery of the same event."""
    attributes = f"{envelope.type}|{envelope.source}|{envelope.subject}|{envelope.sequence}|".encode()
    return int.from_bytes(blake2b(attributes + envelope.data, digest_size=8).digest(), "big", signed=True)


def may_be_deleted(envelope: Envelope, now: datetime) -> bool:
    """Return whether the event is so old that the inbox may have had it and deleted it."""
    return envelope.time < now - _CERTAINLY_KEPT


class Inbox:
    """The cursors, handled events and progress of one consumer, over one connection."""

    def __init__(self, connection: PoolConnectionProxy, consumer: str) -> None:
        self._connection, self._consumer = connection, consumer

    async def cursors(self) -> dict[tuple[str, int], Cursor]:
        """Return the cursors by topic and partition; partitions of which nothing was read yet are missing."""
        rows = await self._connection.fetch(_CURSORS, self._consumer)
        return {(topic, partition): Cursor(*offsets) for topic, partition, *offsets in rows}

    async def begin(self, reads: Sequence[PartitionRead], envelopes: Sequence[Envelope]) -> Handled:
        """Move the cursors behind what was read, insert the events, and return what was handled before.

        Raises:
            Fenced: A cursor in the database is not the known one.
        """
        await self._begin_partitions([read for read in reads if read.known is None])
        moves = [
            (*read.partition, read.known.next_offset, read.offsets.stop) for read in reads if read.known is not None
        ]
        ids, digests = [e.id for e in envelopes], [content_digest(e) for e in envelopes]
        aggregates = sorted({e.subject for e in envelopes})
        places = list(zip(*moves, strict=True)) or [(), (), (), ()]
        [row] = await self._connection.fetch(_BEGIN, self._consumer, *places, ids, digests, aggregates)
        if row["moved"] != len(moves):
            raise Fenced
        before = await self._digests_before(ids, digests, set(row["fresh"]))
        return Handled(before, await self._lock_blocked(aggregates, row["progress"]))

    async def _begin_partitions(self, reads: Sequence[PartitionRead]) -> None:
        for read in reads:
            place = (self._consumer, *read.partition, read.offsets.stop, read.offsets.start)
            if await self._connection.execute(_INSERT_CURSOR, *place) != "INSERT 0 1":
                raise Fenced

    async def _digests_before(self, ids: list[UUID], digests: list[int], fresh: set[UUID]) -> list[int | None]:
        known: dict[UUID, int] = {}
        if len(fresh) < len(ids):
            repeated = list(set(ids) - fresh)
            known.update(map(tuple, await self._connection.fetch(_DIGESTS, self._consumer, repeated)))
        before = []
        for event_id, digest in zip(ids, digests, strict=True):
            before.append(known.get(event_id))
            known.setdefault(event_id, digest)
        return before

    async def progress(self, aggregates: Iterable[str]) -> dict[str, AggregateProgress]:
        """Return the progress of each of these aggregates, also of those never met.

        Rows of blocked aggregates are locked until the end of the transaction: an operator may be about to release one.
        """
        wanted = sorted(set(aggregates))
        rows = await self._connection.fetch(_PROGRESS, self._consumer, wanted)
        return await self._lock_blocked(wanted, [tuple(row) for row in rows])

    async def _lock_blocked(
        self, aggregates: Sequence[str], rows: Iterable[tuple[str, int, datetime | None]]
    ) -> dict[str, AggregateProgress]:
        known = {aggregate: AggregateProgress(sequence, blocked) for aggregate, sequence, blocked in rows}
        if blocked := [aggregate for aggregate, progress in known.items() if progress.blocked_since is not None]:
            for aggregate, *progress in await self._connection.fetch(
                f"{_PROGRESS} ORDER BY 1 FOR UPDATE", self._consumer, blocked
            ):
                known[aggregate] = AggregateProgress(*progress)
        return {aggregate: known.get(aggregate) or AggregateProgress() for aggregate in aggregates}

    def saved(self, progress: Mapping[str, AggregateProgress]) -> Write:
        """Return the statement that saves this progress, in a fixed order, so that two consumers cannot deadlock."""
        rows = [(key, each.last_sequence, each.blocked_since) for key, each in sorted(progress.items())]
        return "subject_state", _SAVE_PROGRESS, (self._consumer, *map(list, zip(*rows, strict=True)))

    async def save_progress(self, progress: Mapping[str, AggregateProgress]) -> None:
        """Save the progress of these aggregates."""
        _, statement, values = self.saved(progress)
        await self._connection.execute(statement, *values)
