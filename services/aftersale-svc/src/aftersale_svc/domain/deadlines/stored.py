"""Versions of calendars and rules as they are stored. A version never changes; what replaces it has the next number."""

from collections import ChainMap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from aftercare_chassis.records import replace

from aftersale_svc.domain.deadlines.calendars import Calendar, CalendarSource, DayKind, SpecialDay, WorkingWindow
from aftersale_svc.domain.deadlines.rules import DeadlineRule, RuleSet, Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarVersion:
    """One version of a calendar, without its days. That of a merchant has the days of the version that it is based on, too."""

    id: str
    version: int
    time_zone: str
    source: CalendarSource
    source_version: str
    known_until: date | None
    weekend: list[int]
    opens: int
    closes: int
    windows: list[dict[str, int]] | None = None
    based_on: str | None = None
    based_on_version: int | None = None
    created_by: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarDay:
    """A day of a version that differs from the others of its week."""

    calendar_id: str
    version: int
    day: date
    kind: DayKind
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSetVersion:
    """One version of the rules of the platform (`platform`) or of a merchant, as a document."""

    owner: str
    version: int
    rules: list[dict[str, Any]]  # Any: the JSON of the rules
    created_by: str
    created_at: datetime

    @property
    def rule_set(self) -> RuleSet:
        """The rules."""
        return RuleSet(self.owner, self.version, tuple(_rule(each) for each in self.rules))


def documents(rules: Iterable[DeadlineRule]) -> list[dict[str, Any]]:  # Any: see RuleSetVersion
    """The rules as they are stored. Earlier builds read those without reminders of their own."""
    return [
        {name: value for name, value in asdict(rule).items() if name != "reminders" or value is not None}
        for rule in rules
    ]


def _rule(document: Mapping[str, Any]) -> DeadlineRule:  # Any: see RuleSetVersion
    reminders = document.get("reminders")
    known = {**document, "unit": Unit(document["unit"]), "reminders": None if reminders is None else tuple(reminders)}
    return DeadlineRule(**known)


def assembled(version: CalendarVersion, days: Iterable[CalendarDay], base: Calendar | None = None) -> Calendar:
    """The calendar of a version with its days, and with those of its base."""
    own = {each.day: SpecialDay(each.kind, each.name) for each in days}
    return Calendar(
        id=version.id,
        version=version.version,
        time_zone=version.time_zone,
        source=version.source,
        known_until=version.known_until,
        weekend=frozenset(version.weekend),
        opens=version.opens,
        closes=version.closes,
        windows=tuple(WorkingWindow(**each) for each in version.windows or ()),
        days=own if base is None else ChainMap(own, dict(base.days)),
    )


def assembled_on(version: CalendarVersion, days: Iterable[CalendarDay], country: Calendar) -> Calendar:
    """A merchant's calendar with its own hours and closed days, and these days of its country."""
    return assembled(replace(version, known_until=country.known_until, weekend=sorted(country.weekend)), days, country)


def all_assembled(versions: Sequence[CalendarVersion], days: Iterable[CalendarDay]) -> dict[str, Calendar]:
    """The calendars of these versions, by their ids. A base that is not among them in the right version is left out."""
    by_calendar: dict[str, list[CalendarDay]] = {}
    for day in days:
        by_calendar.setdefault(day.calendar_id, []).append(day)
    found: dict[str, Calendar] = {}
    for version in sorted(versions, key=lambda each: each.based_on is not None):
        base = found.get(version.based_on or "")
        found[version.id] = assembled(version, by_calendar.get(version.id, ()), base)
    return found


def same_content(known: Calendar, new: Calendar) -> bool:
    """Whether a new version would say the same as the known one."""
    return _content(known) == _content(new)


def _content(calendar: Calendar) -> tuple[object, ...]:
    days: Mapping[date, SpecialDay] = dict(calendar.days)
    hours = (calendar.opens, calendar.closes)
    return calendar.time_zone, calendar.known_until, calendar.weekend, hours, days
