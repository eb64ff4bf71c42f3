"""Events leave a service through its outbox: rows written in the transaction of the change they tell of.

Several events go in one statement. The row lock of the aggregate is held by then, so the ids of one aggregate's events
stand in the order of its versions; between aggregates no order is promised.
"""

from collections.abc import Sequence
from typing import Any
from zlib import crc32

from aftercare_events import Envelope, codec

from aftercare_chassis.database.write_batch import Insert

BUCKETS = 64

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


def bucket_of(aggregate_id: str) -> int:
    """The bucket that keeps this aggregate's events in order; every build and machine agrees on it."""
    return crc32(aggregate_id.encode()) % BUCKETS


def insert(envelopes: Sequence[Envelope]) -> Insert:
    """The statement that writes these events, oldest first."""
    rows = [_row(envelope) for envelope in envelopes]
    if len(rows) == 1:
        return _ONE, rows[0]  # what most commands leave: arrays of one cost both sides more than the row
    return _SEVERAL, [list(column) for column in zip(*rows, strict=True)]


def _row(e: Envelope) -> tuple[Any, ...]:
    _, value, headers = codec.encode(e)
    kept = {name: text.decode() for name, text in headers}
    return e.id, e.topic, e.subject, e.sequence, e.type, e.topic, bucket_of(e.subject), kept, value
