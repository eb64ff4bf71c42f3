"""What the live tables of a projection hold at one moment: up to which offsets, and without which events."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import asyncpg
from aftercare_events import Envelope
from aiokafka import ConsumerRecord, TopicPartition

from aftercare_chassis.consumer.inbox import content_digest
from aftercare_chassis.projections.shadow_schema import TableFingerprint

_CURSORS = "SELECT topic, partition, next_offset FROM public.consumer_cursor WHERE consumer = $1 AND topic = ANY($2)"
_LEFT_OUT = """
SELECT topic, partition, log_offset, headers ->> 'ce_id' AS event_id, content FROM public.parked_event WHERE consumer = $1
UNION ALL
SELECT topic, partition, log_offset, event_id, content FROM public.parked_decision
WHERE consumer = $1 AND decision = 'discarded'
"""


@dataclass(frozen=True, slots=True)
class LiveSnapshot:
    """`ends`: the next offset of each partition. The events that are parked or discarded are left out: `places` are their
    topics, partitions and offsets, `events` their ids and digests. `fingerprints` of the tables, where they were requested."""

    ends: dict[TopicPartition, int]
    places: frozenset[tuple[str, int, int]]
    events: frozenset[tuple[str, int]]
    fingerprints: dict[str, TableFingerprint] = field(default_factory=dict)

    @classmethod
    async def read(
        cls,
        connection: asyncpg.Connection,
        consumer: str,
        topics: Sequence[str],
        fingerprints: dict[str, TableFingerprint],
    ) -> "LiveSnapshot":
        """Read the snapshot of this consumer, in the transaction of the caller."""
        cursors = await connection.fetch(_CURSORS, consumer, topics)
        rows = await connection.fetch(_LEFT_OUT, consumer)
        places = frozenset((row["topic"], row["partition"], row["log_offset"]) for row in rows)
        events = frozenset((row["event_id"], row["content"]) for row in rows if row["content"] is not None)
        return cls(offsets(cursors), places, events, fingerprints)

    def left_out(self, record: ConsumerRecord) -> bool:
        """Return whether the record itself is parked or discarded."""
        return (record.topic, record.partition, record.offset) in self.places

    def left_out_copy(self, envelope: Envelope) -> bool:
        """Return whether the event is a further copy, as a relay may send, of one that is parked or discarded."""
        return bool(self.events) and (str(envelope.id), content_digest(envelope)) in self.events


def offsets(rows: Iterable[asyncpg.Record]) -> dict[TopicPartition, int]:
    """Return rows of cursors as a dictionary."""
    return {TopicPartition(row["topic"], row["partition"]): row["next_offset"] for row in rows}
