"""Shifts of agents: weekly hours in a time zone, and time off. Times are aware, UTC; minutes are those of the local day."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TypedDict
from zoneinfo import ZoneInfo

DAY_MINUTES = 24 * 60


class Shift(TypedDict):
    """A part of each week; `weekday` 0 is Monday. One that ends at or before its begin ends on the next day."""

    weekday: int
    opens: int
    closes: int


class TimeOff(TypedDict):
    """From when until when somebody does not work, whatever the shifts are; times in ISO 8601."""

    begins_at: str
    ends_at: str


def overlap(shifts: Iterable[Shift]) -> bool:
    """Whether two shifts overlap, also over midnight and from Sunday into Monday."""
    week = 7 * DAY_MINUTES
    begins = sorted((each["weekday"] * DAY_MINUTES + each["opens"], _length(each)) for each in shifts)
    if any(first + length > then for (first, length), (then, _) in pairwise(begins)):
        return True
    return bool(begins) and begins[-1][0] + begins[-1][1] > begins[0][0] + week


def works(shifts: Sequence[Shift], time_off: Sequence[TimeOff], time_zone: str, at: datetime) -> bool:
    """Whether somebody works at this moment. Who has no shifts works whenever they are online.

    A minute that a change of the clocks leaves out or repeats belongs to the shift by its local time.
    """
    if any(
        datetime.fromisoformat(each["begins_at"]) <= at < datetime.fromisoformat(each["ends_at"]) for each in time_off
    ):
        return False
    if not shifts:
        return True
    local = at.astimezone(ZoneInfo(time_zone))
    minute, today = local.hour * 60 + local.minute, local.weekday()
    yesterday = (local - timedelta(days=1)).weekday()
    return any(
        (each["weekday"] == today and each["opens"] <= minute < each["opens"] + _length(each))
        or (each["weekday"] == yesterday and minute + DAY_MINUTES < each["opens"] + _length(each))
        for each in shifts
    )


def _length(shift: Shift) -> int:
    """The minutes of a shift by the clock."""
    length = shift["closes"] - shift["opens"]
    return length if length > 0 else length + DAY_MINUTES
