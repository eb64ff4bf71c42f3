"""The demo judges the record for itself."""

from typing import Any

import pytest
from aftercare_cli.demo.record import flaws


def entry(event_id: str, subject: str, sequence: int, caused_by: str | None = None) -> dict[str, Any]:
    return {
        "event_id": event_id,
        "event_type": f"{event_id.title()}.v1",
        "subject": subject,
        "sequence": sequence,
        "caused_by": caused_by,
    }


ASKED, OPENED, DONE = entry("asked", "ord_1", 1), entry("opened", "case_1", 1, "asked"), entry("done", "ord_1", 2)


def test_a_good_record_has_none() -> None:
    assert flaws([ASKED, OPENED, DONE]) == []


@pytest.mark.parametrize(
    ("record", "said"),
    [
        ([OPENED, ASKED, DONE], "Opened.v1 does not follow its cause"),
        ([OPENED, DONE], "Opened.v1 does not follow its cause"),
        ([ASKED, OPENED, OPENED, DONE], "an event stands twice"),
        ([ASKED, entry("later", "ord_1", 3)], "ord_1 has a gap"),
        ([DONE, ASKED], "ord_1 has a gap"),
    ],
)
def test_what_is_wrong_is_said(record: list[dict[str, Any]], said: str) -> None:
    assert said in flaws(record)
