"""Explanations can always be stored and shown, and headers are stored as they arrived."""

import json

import pytest
from aftercare_chassis.consumer.errors import Retry, UnprocessableEvent, check_sequence, handler_error
from aftercare_chassis.consumer.parking import headers_from_json, headers_to_json
from aftercare_chassis.park_reason import ParkReason

Headers = list[tuple[str, bytes | None]]


@pytest.mark.parametrize("quoted", ["a\0b", "a\nb", "a\x1b[31mb", "a\ud800b", "a\u2028b"])
def test_an_explanation_is_one_line_that_every_database_and_terminal_accepts(quoted: str) -> None:
    """An error may quote anything of its event: an explanation that could not be stored would be a crash loop."""
    explanation = handler_error(ValueError(quoted)).explanation
    assert explanation.isprintable()
    assert (explanation.encode().decode(), "\0" in explanation) == (explanation, False)
    assert explanation.startswith("ValueError: a")


def test_an_explanation_is_short() -> None:
    assert len(UnprocessableEvent(ParkReason.REFUSED, "x" * 100_000).explanation) == 500


@pytest.mark.parametrize(
    ("error", "reason"), [(Retry(awaits="ord_1"), ParkReason.EVENT_MISSING), (KeyError("a"), ParkReason.REFUSED)]
)
def test_the_reason_depends_on_the_handlers_error(error: Exception, reason: ParkReason) -> None:
    assert handler_error(error).park_reason is reason


def test_the_next_sequence_is_in_order_and_no_other() -> None:
    check_sequence(1, 0)
    check_sequence(8, 7)
    with pytest.raises(UnprocessableEvent, match="expected sequence 8, got 9") as gap:
        check_sequence(9, 7)
    with pytest.raises(UnprocessableEvent, match="sequence 7 was taken by another event") as contradiction:
        check_sequence(7, 7)
    assert gap.value.park_reason is ParkReason.SEQUENCE_GAP
    assert contradiction.value.park_reason is ParkReason.CONTRADICTION


@pytest.mark.parametrize(
    "headers",
    [
        [("a", b"1"), ("b", b"2")],
        [("a", b"1"), ("a", b"2"), ("b", None)],
        [("a", None), ("a", None)],
        [("a", b"\xff"), ("b", b"\0"), ("c", b""), ("d", "售后".encode())],
        [],
    ],
)
def test_headers_are_stored_as_they_arrived(headers: Headers) -> None:
    assert headers_from_json(headers_to_json(headers)) == headers
    assert "\\u0000" not in json.dumps(headers_to_json(headers)), "PostgreSQL does not store it"
