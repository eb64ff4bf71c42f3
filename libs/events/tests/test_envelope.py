"""The envelope takes from the event what belongs there, and refuses what no message can carry."""

from dataclasses import FrozenInstanceError, replace
from uuid import UUID

import pytest
from aftercare_events import EVENTS, MAX_DATA_BYTES, Envelope, Event, EventTooLarge, OrderCancelled, WrongSchema
from aftercare_events.catalogue.orders import OrderLine
from captured_events import CAPTURED, captured
from event_strategies import any_event, envelope
from hypothesis import given

CANCELLED = OrderCancelled.model_validate(captured("OrderCancelled.v1"))


@given(any_event())
def test_type_topic_subject_and_time_are_the_events(event: Event) -> None:
    made = envelope(event)
    assert (made.type, made.topic) == (event.type_name(), event.TOPIC.name)
    assert made.subject == event.aggregate_id == getattr(event, event.KEY)
    assert made.time == event.time
    assert made.event() == event


def test_the_rest_is_what_the_publisher_gives() -> None:
    made = envelope(
        CANCELLED,
        id=UUID(int=9),
        source="/order-svc",
        sequence=4,
        correlation_id="req-9",
        causation_id="cause-1",
        traceparent="00-1-1-01",
        tracestate="a=1",
    )
    assert (made.id, made.source, made.sequence) == (UUID(int=9), "/order-svc", 4)
    assert (made.correlation_id, made.causation_id) == ("req-9", "cause-1")
    assert (made.traceparent, made.tracestate) == ("00-1-1-01", "a=1")


def test_cause_and_trace_are_optional() -> None:
    made = envelope(CANCELLED)
    assert (made.causation_id, made.traceparent, made.tracestate) == (None, None, None)


def test_an_envelope_does_not_change() -> None:
    with pytest.raises(FrozenInstanceError):
        envelope(CANCELLED).sequence = 2  # type: ignore[misc]


def test_the_largest_data_passes_and_one_byte_more_is_refused() -> None:
    made = envelope(CANCELLED)
    assert len(replace(made, data=b" " * MAX_DATA_BYTES).data) == 65536
    with pytest.raises(EventTooLarge, match=r"^OrderCancelled\.v1 has 65537 bytes of data, 65536 are allowed$"):
        replace(made, data=b" " * (MAX_DATA_BYTES + 1))


def test_an_order_of_too_many_lines_is_refused_where_it_is_made() -> None:
    paid = captured("OrderPaid.v1")
    line = OrderLine.model_validate(paid["lines"][0])
    event = EVENTS["OrderPaid.v1"].model_validate({**paid, "lines": [line] * 600})
    with pytest.raises(EventTooLarge, match=r"^OrderPaid\.v1 has \d+ bytes"):
        envelope(event)


def test_bytes_are_counted_not_characters() -> None:
    made = envelope(CANCELLED)
    with pytest.raises(EventTooLarge):
        replace(made, data=("商" * (MAX_DATA_BYTES // 3 + 1)).encode())


@pytest.mark.parametrize(("type_name", "data"), CAPTURED[::5], ids=[name for name, _ in CAPTURED[::5]])
def test_an_event_comes_out_as_it_went_in(type_name: str, data: dict[str, object]) -> None:
    event = EVENTS[type_name].model_validate(data)
    assert envelope(event).event() == event


def test_an_unknown_type_has_no_event_and_wrong_data_is_refused() -> None:
    made: Envelope = envelope(CANCELLED)
    assert replace(made, type="OrderTeleported.v1").event() is None
    with pytest.raises(WrongSchema, match=r"^the data does not fit OrderCancelled\.v1: "):
        replace(made, data=b"{}").event()
