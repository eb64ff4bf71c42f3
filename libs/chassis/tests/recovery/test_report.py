"""What a reconciliation says to people."""

from datetime import UTC, datetime

import pytest
from aftercare_chassis.recovery.report import Report


@pytest.mark.parametrize(
    ("restored_to", "line"),
    [
        (None, "order-svc: the database has no rows of work"),
        (
            datetime(2026, 3, 1, 9, 15, tzinfo=UTC),
            "order-svc: the last work in the database is of 2026-03-01 09:15:00 UTC",
        ),
    ],
)
def test_the_report_begins_with_the_time_of_the_restore(restored_to: datetime | None, line: str) -> None:
    assert Report(service="order-svc", applied=False, restored_to=restored_to).text().splitlines()[0] == line
