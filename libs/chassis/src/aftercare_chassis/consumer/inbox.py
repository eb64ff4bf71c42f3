"""A consumer's memory in its own database: how far it has read, what it has taken, which aggregates are held.

Everything here happens in the transaction that holds the effects. The cursor is the authority on the position in the
log; the offset that Kafka keeps for the group follows it and serves monitoring.

Of each event the inbox keeps a digest of what it said, for `KEPT` (a worker deletes older rows): an event that comes
again is known by its id, and by the digest one that comes again with other content. Beyond that only its place tells: a
number that its aggregate has passed was taken, by this event or by another one.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any

from aftercare_events import Envelope
from asyncpg.pool import PoolConnectionProxy

KEPT = timedelta(days=14)
"""Longer than anybody goes back in the log while a consumer runs; beyond it the place decides."""
_CERTAIN = KEPT - timedelta(days=1)
"""An event younger than this is in the inbox if it was ever taken, however far the hosts' clocks are apart."""

_CURSORS = "SELECT topic, partition, next_offset, first_offset FROM consumer_cursor WHERE consumer = $1"
_FIRST = """
INSERT INTO consumer_cursor (consumer, topic, partition, next_offset, first_offset) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT DO NOTHING
"""
_FORWARD = """
UPDATE consumer_cursor SET next_offset = $4 WHERE consumer = $1 AND topic = $2 AND partition = $3 AND next_offset = $5
"""
_TAKE = """
INSERT INTO inbox (consumer, event_id, content) SELECT $1, * FROM unnest($2::uuid[], $3::bigint[])
ON CONFLICT DO NOTHING RETURNING event_id
"""
_CONTENTS = "SELECT event_id, content FROM inbox WHERE consumer = $1 AND event_id = ANY($2::uuid[])"
_SUBJECTS = """
SELECT aggregateid, last_sequence, blocked_since FROM subject_state
WHERE consumer = $1 AND aggregateid = ANY($2::text[])
"""
_REMEMBER = """
INSERT INTO subject_state (consumer, aggregateid, last_sequence, blocked_since)
SELECT $1, * FROM unnest($2::text[], $3::bigint[], $4::timestamptz[])
ON CONFLICT (consumer, aggregateid)
DO UPDATE SET last_sequence = EXCLUDED.last_sequence, blocked_since = EXCLUDED.blocked_since
"""


class Fenced(Exception):
    """The cursor stands elsewhere than this consumer left it: a newer owner of the partition moved it."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a consumer stands in a partition, and where it once began there."""

    next_offset: int
    first_offset: int


@dataclass(slots=True)
class Subject:
    """What a consumer knows of one aggregate: the last event that was taken or given up, and since when it is held."""

    last_sequence: int = 0
    blocked_since: datetime | None = None


def content_of(envelope: Envelope) -> int:
    """What an event says, as 64 bits: equal for its repetitions, whatever the way they took."""
    told = f"{envelope.type}|{envelope.source}|{envelope.subject}|{envelope.sequence}|".encode()
    return int.from_bytes(blake2b(told + envelope.data, digest_size=8).digest(), "big", signed=True)


def maybe_forgotten(envelope: Envelope, now: datetime) -> bool:
    """Whether the inbox may have had this event and lost it by its age."""
    return envelope.time < now - _CERTAIN


class Inbox:
    """The memory of one consumer, on one connection."""

    def __init__(self, connection: PoolConnectionProxy, consumer: str) -> None:
        self._connection, self._consumer = connection, consumer

    async def cursors(self) -> dict[tuple[str, int], Cursor]:
        """Where this consumer stands, by topic and partition; those where nothing was read yet are missing."""
        rows: Any = await self._connection.fetch(_CURSORS, self._consumer)
        return {(topic, partition): Cursor(*offsets) for topic, partition, *offsets in rows}

    async def move(self, topic: str, partition: int, seen: Cursor | None, read: range) -> Cursor:
        """Put the cursor from `seen` behind the offsets that were read; Fenced where it does not stand at `seen`."""
        place = (self._consumer, topic, partition, read.stop)
        if seen is None:
            done = await self._connection.execute(_FIRST, *place, read.start)
        else:
            done = await self._connection.execute(_FORWARD, *place, seen.next_offset)
        if not done.endswith(" 1"):
            raise Fenced
        return Cursor(read.stop, read.start if seen is None else seen.first_offset)

    async def take(self, envelopes: Sequence[Envelope]) -> list[int | None]:
        """Count these as taken. For each: None, or what it said when it came before (see `content_of`)."""
        ids, contents = [e.id for e in envelopes], [content_of(e) for e in envelopes]
        fresh: Any = await self._connection.fetch(_TAKE, self._consumer, ids, contents)
        said: dict[Any, int] = {}
        if len(fresh) < len(ids):
            old = list(set(ids) - {row["event_id"] for row in fresh})
            said.update(map(tuple, await self._connection.fetch(_CONTENTS, self._consumer, old)))
        before = []
        for event_id, content in zip(ids, contents, strict=True):
            before.append(said.get(event_id))
            said.setdefault(event_id, content)
        return before

    async def subjects(self, aggregates: Iterable[str]) -> dict[str, Subject]:
        """What is known of these aggregates, those never met included.

        Those that are held stay as they are until the end of the transaction: an operator may be about to free them.
        """
        wanted = sorted(set(aggregates))
        rows: Any = await self._connection.fetch(_SUBJECTS, self._consumer, wanted)
        if held := [row["aggregateid"] for row in rows if row["blocked_since"] is not None]:
            rows += await self._connection.fetch(f"{_SUBJECTS} ORDER BY 1 FOR UPDATE", self._consumer, held)
        known = {row["aggregateid"]: Subject(row["last_sequence"], row["blocked_since"]) for row in rows}
        return {aggregate: known.get(aggregate) or Subject() for aggregate in wanted}

    async def remember(self, subjects: Mapping[str, Subject]) -> None:
        """Write back what is known, in a fixed order so that two consumers cannot deadlock."""
        rows = [(key, s.last_sequence, s.blocked_since) for key, s in sorted(subjects.items())]
        await self._connection.execute(_REMEMBER, self._consumer, *map(list, zip(*rows, strict=True)))
