"""What of an event is kept while it is set aside: enough to understand it, and to judge it again as it came."""

from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from typing import Any

from aftercare_events import Envelope, codec
from aiokafka import ConsumerRecord
from asyncpg.pool import PoolConnectionProxy

from aftercare_chassis.consumer.errors import UnprocessableEvent, decoded, plain
from aftercare_chassis.consumer.inbox import content_of

_PARK = """
INSERT INTO parked_event
  (consumer, topic, partition, log_offset, aggregateid, type, sequence, content, headers, payload, trouble, reason)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT DO NOTHING
"""


async def park(connection: PoolConnectionProxy, consumer: str, record: ConsumerRecord, why: UnprocessableEvent) -> str:
    """Set a record aside until an operator decides; the aggregate it belongs to, empty where its key names none.

    So much is kept as can be read: a type, a sequence, the digest of an event that is whole, and every byte.
    """
    headers, envelope = dict(record.headers), decoded(record)
    aggregate = codec.subject_of(record.key) or ""
    await connection.execute(
        _PARK,
        consumer,
        record.topic,
        record.partition,
        record.offset,
        aggregate,
        plain((headers.get("ce_type") or b"").decode(errors="replace"), 200) or "unreadable",
        codec.sequence_of(headers.get("ce_sequence")),
        content_of(envelope) if isinstance(envelope, Envelope) else None,
        as_json(record.headers),
        record.value,
        why.trouble,
        why.reason,
    )
    return aggregate


def as_json(headers: Iterable[tuple[str, bytes | None]]) -> dict[str, Any]:
    """Headers as a JSON object, in whatever state they are; `as_headers` makes the very same of it again."""
    found: dict[str, list[Any]] = {}
    for name, value in headers:
        found.setdefault(name.replace("\0", "\ufffd"), []).append(_value(value))
    return {name: values[0] if len(values) == 1 else values for name, values in found.items()}


def as_headers(kept: Mapping[str, Any]) -> list[tuple[str, bytes | None]]:
    """The headers that `as_json` was given, those of one name together."""
    given = [(name, values if isinstance(values, list) else [values]) for name, values in kept.items()]
    return [(name, _bytes(value)) for name, values in given for value in values]


def _value(value: bytes | None) -> Any:
    if value is None:
        return None
    try:
        text = value.decode()
    except UnicodeDecodeError:
        text = "\0"
    return {"base64": b64encode(value).decode()} if "\0" in text else text


def _bytes(value: Any) -> bytes | None:
    if isinstance(value, dict):
        return b64decode(value["base64"])
    return None if value is None else str(value).encode()
