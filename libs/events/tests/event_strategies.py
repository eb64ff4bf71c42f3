"""Hypothesis strategies for events, generated from their own schemas."""

from datetime import UTC
from functools import cache
from typing import Any
from uuid import UUID

from aftercare_events import EVENTS, Envelope, Event
from aftercare_events.docs import schemas
from hypothesis import strategies as st

WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=40)
TIMES = st.datetimes(timezones=st.just(UTC))


def any_event() -> st.SearchStrategy[Event]:
    """Generate any event of the catalogue with any content that its schema allows."""
    return st.sampled_from(sorted(EVENTS)).flatmap(lambda name: of(EVENTS[name]))


@cache
def of(cls: type[Event]) -> st.SearchStrategy[Event]:
    """Generate events of this class with any content that its schema allows."""
    return data_of(schemas.of(cls)).map(cls.model_validate)


def data_of(schema: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Generate data that this schema allows."""
    return _value(schema, schema.get("$defs", {}))


def any_envelope() -> st.SearchStrategy[Envelope]:
    """Generate envelopes of any event."""
    return st.builds(
        Envelope.of,
        any_event(),
        id=st.uuids(),
        source=WORDS,
        sequence=st.integers(1, 2**63 - 1),
        correlation_id=WORDS,
        causation_id=st.none() | st.uuids().map(str),
        traceparent=st.none() | st.just("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
        tracestate=st.none() | st.just("vendor=one,other=2"),
    )


def envelope(event: Event, **changed: Any) -> Envelope:
    """Return an envelope of the event with sequence 1, changed as given."""
    fields = {"id": UUID(int=7), "source": "/order-svc", "sequence": 1, "correlation_id": "req-1"}
    return Envelope.of(event, **{**fields, **changed})


def _value(schema: dict[str, Any], parts: dict[str, Any]) -> st.SearchStrategy[Any]:
    if "$ref" in schema:
        return _value(parts[schema["$ref"].rpartition("/")[2]], parts)
    if "const" in schema:
        return st.just(schema["const"])
    if isinstance(schema["type"], list):
        return st.none() | _value({**schema, "type": schema["type"][0]}, parts)
    if schema["type"] == "object" and "properties" in schema:
        return _object(schema, parts)
    return _plain(schema, parts)


def _object(schema: dict[str, Any], parts: dict[str, Any]) -> st.SearchStrategy[Any]:
    fields = {name: _value(field, parts) for name, field in schema["properties"].items()}
    required = {name: fields.pop(name) for name in schema["required"]}
    return st.fixed_dictionaries(required, optional=fields)


def _plain(schema: dict[str, Any], parts: dict[str, Any]) -> st.SearchStrategy[Any]:
    if schema["type"] == "array":
        return st.lists(_value(schema["items"], parts), max_size=3)
    if schema["type"] == "object":
        return st.dictionaries(WORDS, _value(schema["additionalProperties"], parts), max_size=4)
    if schema.get("format") == "date-time":
        return TIMES
    if "pattern" in schema:
        return st.from_regex(schema["pattern"], fullmatch=True)
    return {
        "string": WORDS,
        "integer": st.integers(schema.get("minimum", 0), schema.get("maximum", 2**53 - 1)),
        "number": st.floats(allow_nan=False, allow_infinity=False),
        "boolean": st.booleans(),
    }[schema["type"]]
