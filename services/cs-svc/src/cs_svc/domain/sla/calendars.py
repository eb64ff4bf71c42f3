"""Calendars of SLA policies as they are stored."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import TypedDict

from aftercare_chassis.working_time import DAY_MINUTES, Calendar, DayKind, SpecialDay, WorkingWindow

ALWAYS = Calendar(id="always", version=0, time_zone="UTC", weekend=frozenset(), opens=0, closes=DAY_MINUTES)
"""Every hour of every day: what is counted in where a policy names no calendar."""


class StoredWindow(TypedDict):
    """Minutes of the local day; `weekday` 0 is Monday."""

    weekday: int
    opens: int
    closes: int


class StoredDay(TypedDict):
    """A day that differs from the others of its week: `holiday` or `make_up`."""

    day: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SlaCalendar:
    """A calendar: the working hours of a week, and the holidays and make-up days that differ from it. A new version moves the ends of
    the clocks that run in it."""

    id: str
    version: int
    time_zone: str
    windows: list[StoredWindow]
    days: list[StoredDay]
    created_at: datetime
    updated_at: datetime

    @property
    def calendar(self) -> Calendar:
        """What time is counted in."""
        return Calendar(
            id=self.id,
            version=self.version,
            time_zone=self.time_zone,
            windows=tuple(WorkingWindow(**each) for each in self.windows),
            opens=min((each["opens"] for each in self.windows), default=0),
            closes=max((each["closes"] for each in self.windows), default=DAY_MINUTES),
            days={date.fromisoformat(each["day"]): SpecialDay(DayKind(each["kind"])) for each in self.days},
        )
