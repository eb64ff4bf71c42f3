"""The demo's checks of a traceability record."""

from typing import Any

import pytest
from aftercare_cli.demo.record import record_errors


def entry(event_id: str, subject: str, sequence: int, caused_by: str | None = None) -> dict[str, Any]:
    return {
        "event_id": event_id,
        "event_type": f"{event_id.title()}.v1",
        "subject": subject,
        "sequence": sequence,
        "caused_by": caused_by,
    }


FIRST, SECOND, THIRD = entry("asked", "ord_1", 1), entry("opened", "case_1", 1, "asked"), entry("done", "ord_1", 2)


def test_a_sound_record_has_no_errors() -> None:
    assert record_errors([FIRST, SECOND, THIRD]) == []


@pytest.mark.parametrize(
    ("record", "message"),
    [
        ([SECOND, FIRST, THIRD], "Opened.v1 does not follow its cause"),
        ([SECOND, THIRD], "Opened.v1 does not follow its cause"),
        ([FIRST, SECOND, SECOND, THIRD], "an event is listed twice"),
        ([FIRST, entry("later", "ord_1", 3)], "ord_1 has a gap"),
        ([THIRD, FIRST], "ord_1 has a gap"),
    ],
)
def test_errors_are_found(record: list[dict[str, Any]], message: str) -> None:
    assert message in record_errors(record)
