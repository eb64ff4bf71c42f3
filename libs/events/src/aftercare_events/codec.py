"""Envelopes as Kafka messages: CloudEvents 1.0 in binary mode, headers for the envelope and the value for the data."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from uuid import UUID

from aftercare_events.envelope import Envelope

Headers = list[tuple[str, bytes]]

_CONTENT_TYPE = b"application/json"
_SEQUENCE = re.compile(rb"[0-9]{20}")


def data_schema(type_name: str) -> str:
    """The name of the JSON Schema that the data of this type fits."""
    return f"urn:aftercare:schema:{type_name}"


def encode(envelope: Envelope) -> tuple[bytes, bytes, Headers]:
    """Key, value and headers of the message. The key is the aggregate's id, so its events stay in order."""
    key = envelope.subject.encode()
    headers = [
        ("ce_specversion", b"1.0"),
        ("ce_id", str(envelope.id).encode()),
        ("ce_type", envelope.type.encode()),
        ("ce_source", envelope.source.encode()),
        ("ce_subject", key),
        ("ce_time", _time(envelope.time)),
        ("ce_dataschema", data_schema(envelope.type).encode()),
        ("ce_partitionkey", key),
        ("ce_sequence", b"%020d" % envelope.sequence),
        ("ce_correlationid", envelope.correlation_id.encode()),
    ]
    if envelope.causation_id is not None:
        headers.append(("ce_causationid", envelope.causation_id.encode()))
    if envelope.traceparent is not None:
        headers.append(("traceparent", envelope.traceparent.encode()))
    headers.append(("content-type", _CONTENT_TYPE))
    return key, envelope.data, headers


def decode(topic: str, key: bytes | None, value: bytes | None, headers: Iterable[tuple[str, bytes | None]]) -> Envelope:
    """The envelope of a message; ValueError naming what is wrong when it is not one of ours."""
    found = _unique(headers)
    if found.get("ce_specversion") != b"1.0":
        raise ValueError("ce_specversion is not 1.0")
    if found.get("content-type") != _CONTENT_TYPE:
        raise ValueError("content-type is not application/json")
    if value is None:
        raise ValueError("the message has no value")
    subject = _text(found, "ce_subject")
    if key is None or key != subject.encode() or found.get("ce_partitionkey") != key:
        raise ValueError("key, ce_partitionkey and ce_subject differ")
    return Envelope(
        id=UUID(_text(found, "ce_id")),
        type=_text(found, "ce_type"),
        source=_text(found, "ce_source"),
        subject=subject,
        time=_instant(_text(found, "ce_time")),
        sequence=_sequence(found),
        topic=topic,
        correlation_id=_text(found, "ce_correlationid"),
        causation_id=_text(found, "ce_causationid") if "ce_causationid" in found else None,
        traceparent=_text(found, "traceparent") if "traceparent" in found else None,
        data=value,
    )


def _unique(headers: Iterable[tuple[str, bytes | None]]) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for name, value in headers:
        if value is None or name in found:
            raise ValueError(f"header {name!r} is empty or given twice")
        found[name] = value
    return found


def _text(found: dict[str, bytes], name: str) -> str:
    try:
        text = found[name].decode()
    except KeyError:
        raise ValueError(f"header {name} is missing") from None
    if not text:
        raise ValueError(f"header {name} is empty")
    return text


def _sequence(found: dict[str, bytes]) -> int:
    written = found.get("ce_sequence", b"")
    if not _SEQUENCE.fullmatch(written):
        raise ValueError("ce_sequence is not 20 digits")
    return int(written)


def _time(instant: datetime) -> bytes:
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z").encode()


def _instant(written: str) -> datetime:
    instant = datetime.fromisoformat(written)
    if instant.tzinfo is None:
        raise ValueError("ce_time has no offset")
    return instant.astimezone(UTC)
