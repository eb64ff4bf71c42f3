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

KEPT = timedelta(days=14)
"""Longer than a running consumer ever goes back in the log."""
_CERTAINLY_KEPT = KEPT - timedelta(days=1)
"""An event younger than this is in the inbox if it was ever handled, however far the hosts' clocks differ."""

_CURSORS = "SELECT topic, partition, next_offset, first_offset FROM consumer_cursor WHERE consumer = $1"
_INSERT_CURSOR = """
INSERT INTO consumer_cursor (consumer, topic, partition, next_offset, first_offset) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT DO NOTHING
"""
_MOVE_CURSOR = """
UPDATE consumer_cursor SET next_offset = $4 WHERE consumer = $1 AND topic = $2 AND partition = $3 AND next_offset = $5
"""
_INSERT_EVENTS = """
INSERT INTO inbox (consumer, event_id, content) SELECT $1, * FROM unnest($2::uuid[], $3::bigint[])
ON CONFLICT DO NOTHING RETURNING event_id
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


def content_digest(envelope: Envelope) -> int:
    """Return 64 bits over the content of an event: equal for every delivery of the same event."""
    attributes = f"{envelope.type}|{envelope.source}|{envelope.subject}|{envelope.sequence}|".encode()
    return int.from_bytes(blake2b(attributes + envelope.data, digest_size=8).digest(), "big", signed=True)


def may_be_pruned(envelope: Envelope, now: datetime) -> bool:
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

    async def move_cursor(self, partition: TopicPartition, known: Cursor | None, read: range) -> Cursor:
        """Move the cursor behind the offsets that were read; return the new one.

        Raises:
            Fenced: The cursor in the database is not `known`.
        """
        place = (self._consumer, partition.topic, partition.partition, read.stop)
        if known is None:
            done = await self._connection.execute(_INSERT_CURSOR, *place, read.start)
        else:
            done = await self._connection.execute(_MOVE_CURSOR, *place, known.next_offset)
        if not done.endswith(" 1"):
            raise Fenced
        return Cursor(read.stop, read.start if known is None else known.first_offset)

    async def insert(self, envelopes: Sequence[Envelope]) -> list[int | None]:
        """Insert these events. For each return None, or the digest with which it was inserted before."""
        ids, digests = [e.id for e in envelopes], [content_digest(e) for e in envelopes]
        fresh = await self._connection.fetch(_INSERT_EVENTS, self._consumer, ids, digests)
        known: dict[UUID, int] = {}
        if len(fresh) < len(ids):
            repeated = list(set(ids) - {row["event_id"] for row in fresh})
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
        if blocked := [row["aggregateid"] for row in rows if row["blocked_since"] is not None]:
            rows += await self._connection.fetch(f"{_PROGRESS} ORDER BY 1 FOR UPDATE", self._consumer, blocked)
        known = {row["aggregateid"]: AggregateProgress(row["last_sequence"], row["blocked_since"]) for row in rows}
        return {aggregate: known.get(aggregate) or AggregateProgress() for aggregate in wanted}

    async def save_progress(self, progress: Mapping[str, AggregateProgress]) -> None:
        """Save the progress of these aggregates, in a fixed order, so that two consumers cannot deadlock."""
        rows = [(key, each.last_sequence, each.blocked_since) for key, each in sorted(progress.items())]
        await self._connection.execute(_SAVE_PROGRESS, self._consumer, *map(list, zip(*rows, strict=True)))
