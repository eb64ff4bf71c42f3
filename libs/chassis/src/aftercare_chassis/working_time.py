"""Working calendars, and how time is counted in them. Times are aware, UTC; days and working hours are local to the calendar."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import cached_property
from itertools import pairwise
from typing import Protocol
from zoneinfo import ZoneInfo

DAY_MINUTES = 24 * 60
LONGEST_DAYS = 400
"""No deadline is further away, whatever its calendar: one in which hardly any day is a working day must not be searched for ever."""
SATURDAY, SUNDAY = 5, 6
_DAY, _MINUTE = timedelta(days=1), timedelta(minutes=1)


class DayKind(StrEnum):
    """Days that differ from the others of their week."""

    HOLIDAY = "holiday"
    MAKE_UP = "make_up"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """A public holiday, a day on which people work to make up for one, or a day on which one is closed."""

    kind: DayKind
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkingWindow:
    """A time of each week in which people work: minutes of the local day; weekday 0 is Monday."""

    weekday: int
    opens: int
    closes: int


class Window(Protocol):
    """A time of each week."""

    @property
    def weekday(self) -> int: ...
    @property
    def opens(self) -> int: ...
    @property
    def closes(self) -> int: ...


def overlap(windows: Iterable[Window]) -> bool:
    """Whether two windows of a weekday overlap."""
    ordered = sorted((each.weekday, each.opens, each.closes) for each in windows)
    return any(first[0] == then[0] and then[1] < first[2] for first, then in pairwise(ordered))


@dataclass(frozen=True, kw_only=True)
class Calendar:
    """One version of a calendar.

    `weekend` has the free days of the week (0 is Monday), `days` those that differ from it. Its days are known until
    `known_until`, that one included; None: for ever. Work begins and ends at these minutes of the local day. With `windows`, people
    work in these instead, also at the weekend, and on no other weekday but those that make up for a holiday.
    """

    id: str
    version: int
    time_zone: str
    known_until: date | None = None
    weekend: frozenset[int] = frozenset({SATURDAY, SUNDAY})
    opens: int = 0
    closes: int = DAY_MINUTES
    windows: Sequence[WorkingWindow] = ()
    days: Mapping[date, SpecialDay] = field(default_factory=dict)

    @cached_property
    def zone(self) -> ZoneInfo:
        """Its time zone."""
        return ZoneInfo(self.time_zone)

    def local_day(self, at: datetime) -> date:
        """The day that it is in this calendar."""
        return at.astimezone(self.zone).date()

    def is_working(self, day: date) -> bool:
        """Whether people work on this day."""
        special = self.days.get(day)
        if special is not None:
            return special.kind is DayKind.MAKE_UP
        return bool(self._hours[day.weekday()]) if self.windows else day.weekday() not in self.weekend

    def is_known(self, day: date) -> bool:
        """Whether the day is one of those that the calendar knows, so that no later version changes it."""
        return self.known_until is None or day <= self.known_until

    @cached_property
    def _hours(self) -> Sequence[Sequence[tuple[int, int]]]:
        """The windows of each weekday, the earliest first."""
        ordered = sorted(self.windows, key=lambda each: each.opens)
        return [[(each.opens, each.closes) for each in ordered if each.weekday == weekday] for weekday in range(7)]

    def working_hours(self, day: date) -> list[tuple[datetime, datetime]]:
        """When the working hours of a working day begin and end, the earliest first."""
        hours = self._hours[day.weekday()] or [(self.opens, self.closes)]
        return [(self._minute(day, opens), self._minute(day, closes)) for opens, closes in hours]

    def working_times(self, since: datetime) -> Iterator[tuple[datetime, datetime]]:
        """The working hours from then on, day by day, for at most LONGEST_DAYS."""
        first = self.local_day(since)
        for number in range(LONGEST_DAYS):
            day = first + number * _DAY
            for begins, ends in self.working_hours(day) if self.is_working(day) else ():
                if ends > since:
                    yield max(begins, since), ends

    def _minute(self, day: date, minute: int) -> datetime:
        """This minute of the day's clock. One that a change of the clocks leaves out is that much later."""
        days, rest = divmod(minute, DAY_MINUTES)
        midnight = datetime(day.year, day.month, day.day) + days * _DAY  # noqa: DTZ001 - it gets its zone in the next line
        return (midnight + rest * _MINUTE).replace(tzinfo=self.zone).astimezone(UTC)


def add_working_time(calendar: Calendar, since: datetime, seconds: float) -> datetime:
    """The moment by which so much working time has passed; LONGEST_DAYS later where there is not so much until then."""
    left = timedelta(seconds=seconds)
    for begins, ends in calendar.working_times(since):
        if left <= ends - begins:
            return begins + left
        left -= ends - begins
    return since + LONGEST_DAYS * _DAY


def add_working_days(calendar: Calendar, since: datetime, number: int) -> datetime:
    """The end of work on the last of so many working days. The day on which the time begins is not counted."""
    day, found = calendar.local_day(since), 0
    for _ in range(LONGEST_DAYS):
        day += _DAY
        found += calendar.is_working(day)
        if found == number:
            return calendar.working_hours(day)[-1][1]
    return since + LONGEST_DAYS * _DAY


def working_time(calendar: Calendar, since: datetime, until: datetime) -> timedelta:
    """The working time between two moments; none where the second one is not later."""
    total = timedelta()
    for begins, ends in calendar.working_times(since):
        if begins >= until:
            break
        total += min(ends, until) - begins
    return total


def working_seconds(calendar: Calendar, since: datetime, until: datetime) -> int:
    """The working time between two moments in whole seconds, rounded down."""
    return int(working_time(calendar, since, until).total_seconds())
