"""How one event is printed, and which events are selected."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from aftercare_cli.events import lines
from aftercare_cli.events.filter import EventFilter, data_of
from aftercare_events import Envelope, OrderCancelled

RECORD: Any = SimpleNamespace(topic="aftercare.orders.v1", partition=3, offset=42)
EVENT = OrderCancelled(
    affected_party="buyer-1",
    applicant="buyer-1",
    handler="buyer-1",
    time=datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC),
    result="cancelled",
    order_id="ord_1",
    buyer_id="buyer-1",
    merchant_id="m-1",
    cause="buyer",
)
ENVELOPE = Envelope.of(EVENT, id=UUID(int=7), source="/order-svc", sequence=2, correlation_id="c")


def test_an_event_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    lines.show(RECORD, ENVELOPE)

    line = capsys.readouterr().out
    assert line.split() == ["05:06:07.000000", "OrderCancelled.v1", "ord_1", "#2", "buyer-1", "→", "cancelled"]


def test_the_order_of_another_aggregate_is_added(capsys: pytest.CaptureFixture[str]) -> None:
    lines.show(RECORD, replace(ENVELOPE, subject="pay_1"))

    assert capsys.readouterr().out.rstrip().endswith("cancelled · ord_1")


def test_an_event_without_the_usual_fields_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    lines.show(RECORD, replace(ENVELOPE, data=b"not json"))

    assert "? → ?" in capsys.readouterr().out


def test_a_record_that_cannot_be_read_is_shown_with_its_place(capsys: pytest.CaptureFixture[str]) -> None:
    lines.show(RECORD, ValueError("no [ce_id]"))

    assert capsys.readouterr().out.strip() == "unreadable aftercare.orders.v1/3/42 no [ce_id]"


def test_json_has_the_place_the_envelope_and_the_data(capsys: pytest.CaptureFixture[str]) -> None:
    lines.show_json(RECORD, ENVELOPE)
    lines.show_json(RECORD, ValueError("no ce_id"))

    first, second = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert (first["topic"], first["partition"], first["offset"]) == ("aftercare.orders.v1", 3, 42)
    assert (first["type"], first["sequence"], first["data"]["order_id"]) == ("OrderCancelled.v1", 2, "ord_1")
    assert second["unreadable"] == "no ce_id"


@pytest.mark.parametrize(
    ("wanted", "matches"),
    [
        (EventFilter(), True),
        (EventFilter(type="OrderCancelled"), True),
        (EventFilter(type="OrderCancelled.v1"), True),
        (EventFilter(type="OrderCancelled.v2"), False),
        (EventFilter(type="OrderPaid"), False),
        (EventFilter(key="ord_1"), True),
        (EventFilter(key="ord_2"), False),
        (EventFilter(order="ord_1"), True),
        (EventFilter(order="ord_2"), False),
        (EventFilter(type="OrderCancelled", order="ord_2"), False),
    ],
)
def test_every_part_of_a_filter_has_to_match(wanted: EventFilter, matches: bool) -> None:
    assert wanted.matches(ENVELOPE) is matches


def test_an_event_of_another_aggregate_matches_the_order_that_it_names() -> None:
    assert EventFilter(order="ord_1").matches(replace(ENVELOPE, subject="pay_1"))


def test_only_a_filter_without_parts_matches_what_cannot_be_read() -> None:
    assert EventFilter(topic="orders").matches_all()
    assert not EventFilter(order="ord_1").matches_all()


@pytest.mark.parametrize("data", [b"", b"[1]", b"7", b"[" * 60_000])
def test_data_that_are_no_object_count_as_empty(data: bytes) -> None:
    assert data_of(replace(ENVELOPE, data=data)) == {}
