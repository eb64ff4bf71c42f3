"""Parking: storing a message that cannot be handled, completely enough to handle it again later."""

from base64 import b64decode, b64encode
from collections.abc import Iterable

from aftercare_events import Envelope, codec
from aiokafka import ConsumerRecord
from asyncpg.pool import PoolConnectionProxy

from aftercare_chassis.consumer.errors import UnprocessableEvent, decode, single_line
from aftercare_chassis.consumer.inbox import content_digest

REDRIVE = "parked-redrive"
"""The name of the worker that retries events that wait for another one."""
_INSERT = """
INSERT INTO parked_event
  (consumer, topic, partition, log_offset, aggregateid, type, sequence, content, headers, payload, trouble, reason)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT DO NOTHING
"""

JsonHeader = str | dict[str, str] | None
"""The value of a header as text, as `{"base64": …}` where it is not text that PostgreSQL takes, or None where it has none."""
JsonHeaders = dict[str, JsonHeader | list[JsonHeader]]
"""Headers by name; a name that comes several times has a list."""


async def park(connection: PoolConnectionProxy, consumer: str, record: ConsumerRecord, why: UnprocessableEvent) -> str:
    """Store a record until an operator decides. Return the id of its aggregate, empty where its key names none.

    Type, sequence and digest are stored where they can be read; headers and value always, byte by byte.
    """
    headers, envelope = dict(record.headers), readable(record)
    aggregate = codec.subject_of(record.key) or ""
    await connection.execute(
        _INSERT,
        consumer,
        record.topic,
        record.partition,
        record.offset,
        aggregate,
        single_line((headers.get("ce_type") or b"").decode(errors="replace"), 200) or "unreadable",
        codec.sequence_of(headers.get("ce_sequence")),
        content_digest(envelope) if envelope else None,
        headers_to_json(record.headers),
        record.value,
        why.park_reason,
        why.explanation,
    )
    return aggregate


def readable(record: ConsumerRecord) -> Envelope | None:
    """Return the envelope in the record; None where it cannot be read."""
    try:
        return decode(record)
    except UnprocessableEvent:
        return None


def headers_to_json(headers: Iterable[tuple[str, bytes | None]]) -> JsonHeaders:
    """Return headers as a JSON object, whatever they contain. `headers_from_json` is the inverse."""
    found: dict[str, list[JsonHeader]] = {}
    for name, value in headers:
        found.setdefault(name.replace("\0", "\ufffd"), []).append(_to_json(value))
    return {name: values[0] if len(values) == 1 else values for name, values in found.items()}


def headers_from_json(stored: JsonHeaders) -> list[tuple[str, bytes | None]]:
    """Return the headers that `headers_to_json` was given; those of one name follow each other."""
    given = [(name, values if isinstance(values, list) else [values]) for name, values in stored.items()]
    return [(name, _from_json(value)) for name, values in given for value in values]


def _to_json(value: bytes | None) -> JsonHeader:
    if value is None:
        return None
    try:
        text = value.decode()
    except UnicodeDecodeError:
        text = "\0"
    return {"base64": b64encode(value).decode()} if "\0" in text else text  # PostgreSQL's jsonb holds no NUL


def _from_json(value: JsonHeader) -> bytes | None:
    if isinstance(value, dict):
        return b64decode(value["base64"])
    return None if value is None else str(value).encode()
