"""Every event of the catalogue: answers the six questions, is keyed by an id it holds, survives what it does not know."""

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import jsonschema
import pytest
from aftercare_events import EVENTS, MAX_DATA_BYTES, TOPICS, AfterSaleCancelled, Event, OrderCancelled
from aftercare_events.docs import schemas
from aftercare_events.event import EventPart
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made_events import any_event, envelope, of
from pydantic import ValidationError

EACH = pytest.mark.parametrize("cls", EVENTS.values(), ids=EVENTS.keys())
TRACE_FIELDS: dict[str, Any] = {
    "affected_party": "buyer-1",
    "applicant": "buyer-1",
    "handler": "system",
    "time": datetime(2026, 3, 4, tzinfo=UTC),
    "result": "cancelled",
}
CANCELLED: dict[str, Any] = {
    **TRACE_FIELDS,
    "order_id": "ord_1",
    "buyer_id": "buyer-1",
    "merchant_id": "m-1",
    "cause": "buyer",
}


@EACH
@given(data=st.data())
@settings(max_examples=10, suppress_health_check=[HealthCheck.too_slow])
def test_round_trip_and_schema_agree(cls: type[Event], data: st.DataObject) -> None:
    event = data.draw(of(cls))
    written = event.to_data()
    assert cls.model_validate_json(written) == event
    jsonschema.validate(json.loads(written), schemas.of(cls))
    assert len(written) <= MAX_DATA_BYTES


@EACH
def test_the_six_answers_are_required(cls: type[Event]) -> None:
    schema = schemas.of(cls)
    assert set(schemas.TRACE_FIELDS) <= set(schema["required"])
    assert all(field in cls.model_fields for field in schemas.TRACE_FIELDS)
    assert schema["properties"]["matter"]["const"]


@pytest.mark.parametrize("answer", [*TRACE_FIELDS])
def test_an_event_without_an_answer_is_refused(answer: str) -> None:
    with pytest.raises(ValidationError, match=answer):
        OrderCancelled(**{name: value for name, value in CANCELLED.items() if name != answer})
    if answer != "time":
        with pytest.raises(ValidationError, match=answer):
            OrderCancelled(**{**CANCELLED, answer: ""})


@EACH
def test_key_and_topic(cls: type[Event]) -> None:
    assert cls.TOPIC.name in TOPICS
    assert cls.model_fields[cls.KEY].is_required()
    assert cls.__doc__, "what it says is on its page"


@given(any_event(), st.dictionaries(st.text(min_size=1).filter(lambda name: name.startswith("x")), st.integers()))
def test_unknown_fields_are_ignored(event: Event, unknown: dict[str, int]) -> None:
    data = json.dumps({**json.loads(event.to_data()), **unknown}).encode()
    assert type(event).model_validate_json(data) == event


@given(any_event())
def test_the_envelope_takes_subject_and_time_from_the_event(event: Event) -> None:
    made = envelope(event)
    assert made.subject == getattr(event, event.KEY)
    assert made.time == event.time
    assert (made.type, made.topic) == (event.type_name(), event.TOPIC.name)


def test_every_topic_has_one_writer_and_events() -> None:
    assert len(TOPICS) == 11
    assert all(topic.partitions == 12 for topic in TOPICS.values())
    assert {cls.TOPIC.name for cls in EVENTS.values()} == set(TOPICS)


def test_times_become_utc_and_naive_ones_are_refused() -> None:
    there = datetime(2026, 3, 4, 8, tzinfo=timezone(timedelta(hours=8)))
    event = OrderCancelled(**{**CANCELLED, "time": there})
    assert event.time == there
    assert event.time.tzinfo is UTC
    with pytest.raises(ValidationError, match="timezone"):
        OrderCancelled(**{**CANCELLED, "time": datetime(2026, 3, 4)})  # noqa: DTZ001


def test_codes_nobody_has_heard_of_are_no_error() -> None:
    assert OrderCancelled(**{**CANCELLED, "cause": "meteorite"}).cause == "meteorite"


def test_events_are_frozen() -> None:
    event = OrderCancelled(**CANCELLED)
    with pytest.raises(ValidationError, match="frozen"):
        event.cause = "seller"  # type: ignore[misc]


def test_data_that_does_not_fit_is_a_value_error() -> None:
    made = envelope(OrderCancelled(**CANCELLED))
    for data in (b"", b"[]", b"null", b"{}", b"\xff", b'{"time": 1}'):
        broken = type(made)(**{**{name: getattr(made, name) for name in made.__slots__}, "data": data})
        with pytest.raises(ValueError, match=r"."):
            broken.event()


def test_a_type_this_build_does_not_know_is_none() -> None:
    made = envelope(OrderCancelled(**CANCELLED))
    fields = {name: getattr(made, name) for name in made.__slots__}
    assert type(made)(**{**fields, "type": "OrderTeleported.v1"}).event() is None


def test_no_field_could_hold_a_text_of_a_person() -> None:
    # Texts, names, addresses and numbers to call stay with their owners; events hold their digests.
    forbidden = {
        "text",
        "name",
        "phone",
        "email",
        "address",
        "street",
        "title",
        "body",
        "note",
        "description",
        "grounds",
    }
    for cls in [*EVENTS.values(), *_parts()]:
        assert not forbidden & cls.model_fields.keys(), cls


def _parts() -> list[type[EventPart]]:
    return list(EventPart.__subclasses__())


def test_a_class_is_one_type() -> None:
    assert AfterSaleCancelled.type_name() == "AfterSaleCancelled.v1"
    assert all(name == cls.type_name() for name, cls in EVENTS.items())
