"""Shifts: over midnight, over the end of the week, and while clocks change."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from cs_svc.domain.routing.languages import language_of
from cs_svc.domain.routing.shifts import Shift, TimeOff, overlap, works
from hypothesis import given
from hypothesis import strategies as st

SHIFT = st.builds(
    lambda weekday, opens, closes: Shift(weekday=weekday, opens=opens, closes=closes),
    st.integers(0, 6),
    st.integers(0, 1439),
    st.integers(1, 1440),
)


def minutes_of(shift: Shift) -> set[int]:
    """The minutes of the week of a shift."""
    begins = shift["weekday"] * 1440 + shift["opens"]
    length = (shift["closes"] - shift["opens"]) % 1440 or 1440
    return {(begins + minute) % (7 * 1440) for minute in range(length)}


@given(st.lists(SHIFT, max_size=4))
def test_shifts_overlap_where_they_have_a_minute_in_common(shifts: list[Shift]) -> None:
    each = [minutes_of(shift) for shift in shifts]
    assert overlap(shifts) == (sum(map(len, each)) > len(set().union(*each)))


@given(
    SHIFT,
    st.integers(0, 365 * 24 * 60).map(lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)),
    st.sampled_from(["Europe/Berlin", "Asia/Shanghai"]),
)
def test_who_works_is_decided_by_the_local_clock(shift: Shift, at: datetime, zone: str) -> None:
    local = at.astimezone(ZoneInfo(zone))
    minute = local.weekday() * 1440 + local.hour * 60 + local.minute
    assert works([shift], [], zone, at) == (minute in minutes_of(shift))


def test_time_off_comes_before_shifts() -> None:
    at = datetime(2026, 3, 2, 9, tzinfo=UTC)
    off = TimeOff(begins_at=at.isoformat(), ends_at=(at + timedelta(hours=1)).isoformat())
    assert works([], [], "Asia/Shanghai", at)
    assert not works([], [off], "Asia/Shanghai", at)
    assert works([], [off], "Asia/Shanghai", at + timedelta(hours=1))


@pytest.mark.parametrize(
    ("text", "language"),
    [("什么时候退款?", "zh"), ("Where is my refund?", "en"), ("订单 ORD-1 iPhone", "zh"), ("?? 123", None), ("", None)],
)
def test_the_language_of_a_text(text: str, language: str | None) -> None:
    assert language_of(text) == language
