"""Calendars of countries and merchants; how time is counted in them is in `aftercare_chassis.working_time`."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from aftercare_chassis import working_time
from aftercare_chassis.working_time import (
    DAY_MINUTES,
    LONGEST_DAYS,
    SATURDAY,
    SUNDAY,
    DayKind,
    SpecialDay,
    Window,
    WorkingWindow,
    add_working_days,
    add_working_time,
    overlap,
    working_seconds,
)


class CalendarSource(StrEnum):
    """Where the days of a calendar come from."""

    BUILT_IN = "built_in"
    CHINESECALENDAR = "chinesecalendar"
    HOLIDAYS = "holidays"
    MERCHANT = "merchant"


@dataclass(frozen=True, kw_only=True)
class Calendar(working_time.Calendar):
    """One version of a calendar, and where its days come from."""

    source: CalendarSource = CalendarSource.BUILT_IN


WEEK = Calendar(id="week", version=0, time_zone="Asia/Shanghai", known_until=date(1970, 1, 1))
"""Monday to Friday in China: what is counted with where no calendar was loaded. All that it yields is provisional."""

__all__ = [
    "DAY_MINUTES",
    "LONGEST_DAYS",
    "SATURDAY",
    "SUNDAY",
    "WEEK",
    "Calendar",
    "CalendarSource",
    "DayKind",
    "SpecialDay",
    "Window",
    "WorkingWindow",
    "add_working_days",
    "add_working_time",
    "overlap",
    "working_seconds",
]
