"""What is told of spoilt input can always be stored and shown, and what is kept of it is what came."""

import json

import pytest
from aftercare_chassis.consumer.errors import UnprocessableEvent, refused
from aftercare_chassis.consumer.parking import as_headers, as_json
from aftercare_chassis.park_reason import ParkReason

Headers = list[tuple[str, bytes | None]]


@pytest.mark.parametrize("quoted", ["a\0b", "a\nb", "a\x1b[31mb", "a\ud800b", "a\u2028b"])
def test_a_reason_is_one_line_that_every_database_and_terminal_takes(quoted: str) -> None:
    """A handler may quote anything of its event: a reason that could not be stored would be a crash loop."""
    reason = refused(ValueError(quoted)).reason
    assert reason.isprintable()
    assert (reason.encode().decode(), "\0" in reason) == (reason, False)
    assert reason.startswith("ValueError: a")


def test_a_reason_is_short() -> None:
    assert len(UnprocessableEvent(ParkReason.REFUSED, "x" * 100_000).reason) == 500


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
def test_headers_are_kept_as_they_came(headers: Headers) -> None:
    assert as_headers(as_json(headers)) == headers
    assert "\\u0000" not in json.dumps(as_json(headers)), "a database has no place for that"
