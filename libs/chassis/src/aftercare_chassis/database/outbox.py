"""The outbox: events are rows, inserted in the transaction of the change that they describe; a relay publishes them.

Several events go in one statement. The row of their aggregate is locked by then, so the ids of one aggregate's events rise
with its versions. Between aggregates no order is promised.
"""

from collections.abc import Sequence
from zlib import crc32

from aftercare_events import Envelope, codec

from aftercare_chassis.database.write_batch import Write, WriteBatch

SHARDS = 64
TABLE, SEQUENCE_KEY = "outbox", "outbox_sequence_key"

_INSERT = """
INSERT INTO outbox (event_id, aggregatetype, aggregateid, aggregate_version, type, topic, bucket, headers, payload)
"""
_ONE = _INSERT + "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
_SEVERAL = (
    _INSERT
    + """
SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::text[], $7::smallint[],
                     $8::jsonb[], $9::bytea[])
"""
)


def shard_of(aggregate_id: str) -> int:
    """The shard whose relay publishes the events of this aggregate in order; the same in every build and process."""
    return crc32(aggregate_id.encode()) % SHARDS


def insert(envelopes: Sequence[Envelope]) -> Write:
    """The statement that inserts these events, oldest first."""
    if len(envelopes) == 1:
        return (
            TABLE,
            _ONE,
            _row(envelopes[0]),
        )  # the usual case: arrays of one element cost client and server more than the row
    return TABLE, _SEVERAL, [list(column) for column in zip(*map(_row, envelopes), strict=True)]


def add(writes: WriteBatch, envelopes: Sequence[Envelope]) -> None:
    """Let the insert of these events, if there are any, wait with other writes; behind those of all units, where there are several."""
    if envelopes:
        if writes.has_units:
            writes.begin_unit()
        writes.insert(*insert(envelopes))


def _row(e: Envelope) -> tuple[object, ...]:
    return e.id, e.topic, e.subject, e.sequence, e.type, e.topic, shard_of(e.subject), codec.attributes(e), e.data
