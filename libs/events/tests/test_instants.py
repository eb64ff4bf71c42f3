"""RFC 3339 times in every spelling that the standard allows, and nothing else."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

import pytest
from aftercare_events import instants
from hypothesis import given
from hypothesis import strategies as st

EIGHT = datetime(2026, 5, 1, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-05-01T08:00:00Z", EIGHT),
        ("2026-05-01t08:00:00z", EIGHT),
        ("2026-05-01T08:00:00z", EIGHT),
        ("2026-05-01t16:00:00+08:00", EIGHT),
        ("2026-05-01 08:00:00Z", EIGHT),
        ("2026-05-01T08:00:00+00:00", EIGHT),
        ("2026-05-01T08:00:00-00:00", EIGHT),  # section 4.3: the time in UTC is known, the local offset is not
        ("2026-04-30T08:01:00-23:59", EIGHT),
        ("2026-05-01T08:00:00.5z", EIGHT.replace(microsecond=500_000)),
        ("2026-05-01T08:00:00.1234567Z", EIGHT.replace(microsecond=123_456)),
        ("2026-05-01T08:00:00.999999999999Z", EIGHT.replace(microsecond=999_999)),
        ("2016-12-31T23:59:60Z", datetime(2017, 1, 1, tzinfo=UTC)),
        ("2016-12-31t15:59:60.25-08:00", datetime(2017, 1, 1, 0, 0, 0, 250_000, tzinfo=UTC)),
        ("2012-07-01T07:59:60+08:00", datetime(2012, 7, 1, tzinfo=UTC)),
    ],
)
def test_every_spelling_of_an_instant_is_read(text: str, instant: datetime) -> None:
    assert instants.read(text) == instant
    assert instants.read(text).tzinfo is UTC


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-05-01",
        "2026-05-01T08:00Z",
        "2026-05-01T08:00:00",
        "2026-05-01T08:00:00.Z",
        "2026-05-01T08:00:00,5Z",
        "2026-05-01T24:00:00Z",
        "2026-05-01T08:60:00Z",
        "2026-05-01T08:00:61Z",
        "2026-05-01T08:00:60Z",
        "2026-05-30T23:59:60Z",
        "2026-06-30T23:59:60+08:00",
        "2026-13-01T08:00:00Z",
        "2026-02-29T08:00:00Z",
        "2026-05-01T08:00:00+24:00",
        "2026-05-01T08:00:00+08:60",
        "2026-05-01T08:00:00+0800",
        "2026-05-01T08:00:00 08:00",
        "2026-05-01T08:00:00\u221208:00",
        "20260501T080000Z",
        "2026-W18-5T08:00:00Z",
        "\u0662026-05-01T08:00:00Z",
        "2026-05-01T08:00:00Z\n",
        "0001-01-01T00:00:00+14:00",
        "0000-01-01T00:00:00Z",
        "9999-12-31T23:59:60Z",
        "9999-12-31T23:59:59-00:01",
    ],
)
def test_what_is_no_instant_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        instants.read(text)


@given(
    st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1)),  # noqa: DTZ001
    st.integers(-14 * 60, 14 * 60),
    st.sampled_from([str.lower, str.upper]),
)
def test_case_changes_nothing(naive: datetime, minutes: int, case: Callable[[str], str]) -> None:
    at = naive.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    assert instants.read(case(at.isoformat())) == at
