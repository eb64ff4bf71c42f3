"""A row that has settings of its own: its timers run by them."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

from aftercare_chassis.lifecycle import PLAIN_HOURS

SINCE = datetime(2026, 3, 1, tzinfo=UTC)
SETTINGS = SimpleNamespace(answer_hours=24, review_hours=48)


def hours(row: object, name: str, remaining: int | None = None) -> float:
    return (PLAIN_HOURS.due(row, name, SINCE, SETTINGS, remaining) - SINCE) / timedelta(hours=1)


def test_what_a_row_has_itself_replaces_a_setting_by_its_name() -> None:
    row = SimpleNamespace(own_settings={"answer_hours": 0.5})
    assert (hours(row, "answer_hours"), hours(row, "review_hours")) == (0.5, 48)
    assert hours(SimpleNamespace(), "answer_hours") == 24


def test_a_time_that_goes_on_has_what_was_left_of_it() -> None:
    assert hours(SimpleNamespace(own_settings={"answer_hours": 0.5}), "answer_hours", remaining=7200) == 2
