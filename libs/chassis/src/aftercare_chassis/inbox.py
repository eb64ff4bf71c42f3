"""A consumer's memory in its own database: how far it has read, what it has taken, what it has set aside.

Everything here happens in the transaction that holds the effects. The cursor is the authority on the position in the
log; the offset that Kafka keeps for the group follows it and serves monitoring.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from asyncpg.pool import PoolConnectionProxy

_CURSOR = "SELECT next_offset FROM consumer_cursor WHERE consumer = $1 AND topic = $2 AND partition = $3"
_FIRST = """
INSERT INTO consumer_cursor (consumer, topic, partition, next_offset) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING
"""
_FORWARD = """
UPDATE consumer_cursor SET next_offset = $4 WHERE consumer = $1 AND topic = $2 AND partition = $3 AND next_offset = $5
"""
_TAKE = """
INSERT INTO inbox (consumer, event_id) SELECT $1, unnest($2::uuid[]) ON CONFLICT DO NOTHING RETURNING event_id
"""
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
_PARK = """
INSERT INTO parked_event (consumer, topic, partition, log_offset, aggregateid, type, headers, payload, reason)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING
"""


class Fenced(Exception):
    """The cursor stands elsewhere than this consumer left it: a newer owner of the partition moved it."""


@dataclass(slots=True)
class Subject:
    """What a consumer knows of one aggregate."""

    last_sequence: int = 0
    blocked_since: datetime | None = None


class Inbox:
    """The memory of one consumer, on one connection."""

    def __init__(self, connection: PoolConnectionProxy, consumer: str) -> None:
        self._connection, self._consumer = connection, consumer

    async def cursor(self, topic: str, partition: int) -> int | None:
        """The offset of the next record to work on; None where nothing was read yet."""
        found: int | None = await self._connection.fetchval(_CURSOR, self._consumer, topic, partition)
        return found

    async def move(self, topic: str, partition: int, seen: int | None, next_offset: int) -> None:
        """Put the cursor from `seen` to `next_offset`; Fenced where it does not stand at `seen`."""
        place = (self._consumer, topic, partition, next_offset)
        if seen is None:
            done = await self._connection.execute(_FIRST, *place)
        else:
            done = await self._connection.execute(_FORWARD, *place, seen)
        if not done.endswith(" 1"):
            raise Fenced

    async def take(self, event_ids: Iterable[UUID]) -> set[UUID]:
        """Those of the events that were never taken before; they count as taken from now on."""
        taken: Any = await self._connection.fetch(_TAKE, self._consumer, list(event_ids))
        return {row["event_id"] for row in taken}

    async def subjects(self, aggregates: Iterable[str]) -> dict[str, Subject]:
        """What is known of these aggregates, those never met included."""
        wanted = set(aggregates)
        rows: Any = await self._connection.fetch(_SUBJECTS, self._consumer, list(wanted))
        known = {row["aggregateid"]: Subject(row["last_sequence"], row["blocked_since"]) for row in rows}
        return {aggregate: known.get(aggregate) or Subject() for aggregate in wanted}

    async def remember(self, subjects: Mapping[str, Subject]) -> None:
        """Write back what is known, in a fixed order so that two consumers cannot deadlock."""
        rows = [(key, s.last_sequence, s.blocked_since) for key, s in sorted(subjects.items())]
        await self._connection.execute(_REMEMBER, self._consumer, *map(list, zip(*rows, strict=True)))

    async def park(
        self, place: tuple[str, int, int], aggregate: str, type_: str, headers: dict[str, str], value: bytes, why: str
    ) -> None:
        """Set an event aside, in the order of the log, until an operator decides."""
        await self._connection.execute(_PARK, self._consumer, *place, aggregate, type_, headers, value, why)
