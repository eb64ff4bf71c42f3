"""The public holidays of countries, as packages know them. They are read when calendars are loaded, and never for a deadline.

For China `chinesecalendar` is the source: it has the days on which people work to make up for a holiday, and for a year whose
notice is not out it has nothing, where `holidays` computes one without them. For other countries `holidays` computes the days.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from importlib.metadata import version

import chinese_calendar
import holidays

from aftersale_svc.domain.deadlines.calendars import Calendar, CalendarSource, DayKind, SpecialDay

CHINA = "CN"
TIME_ZONES = {
    CHINA: "Asia/Shanghai",
    "DE": "Europe/Berlin",
    "GB": "Europe/London",
    "HK": "Asia/Hong_Kong",
    "JP": "Asia/Tokyo",
    "SG": "Asia/Singapore",
    "US": "America/New_York",
}
"""The countries whose calendars are always loaded. One with several time zones has that of most of its people."""
YEARS_BEFORE, YEARS_AFTER = 1, 1


def calendars(today: date, further: Mapping[str, str] | None = None) -> Iterator[tuple[Calendar, str]]:
    """The calendar of each country with the version of its package; `version` of a calendar is 0 here.

    `further` are the time zones of countries besides TIME_ZONES. Raises: NotImplementedError where `holidays` does not know one.
    """
    yield _china(), f"chinesecalendar {version('chinesecalendar')}"
    zones = TIME_ZONES | dict(further or {})
    for country in sorted(zones.keys() - {CHINA}):
        yield _other(country, zones[country], today), f"holidays {version('holidays')}"


def _china() -> Calendar:
    off, made_up = chinese_calendar.constants.holidays, chinese_calendar.constants.workdays
    days = {day: SpecialDay(DayKind.HOLIDAY, str(name)) for day, name in off.items()}
    days |= {day: SpecialDay(DayKind.MAKE_UP, str(name)) for day, name in made_up.items()}
    last = max(off).replace(month=12, day=31)
    return Calendar(
        id=CHINA,
        version=0,
        time_zone=TIME_ZONES[CHINA],
        source=CalendarSource.CHINESECALENDAR,
        known_until=last,
        days=_since(days, last.replace(year=last.year - YEARS_BEFORE, month=1, day=1)),
    )


def _other(country: str, time_zone: str, today: date) -> Calendar:
    years = range(today.year - YEARS_BEFORE, today.year + YEARS_AFTER + 1)
    found = holidays.country_holidays(country, years=years, language="en_US" if country != "GB" else None)
    days = {day: SpecialDay(DayKind.HOLIDAY, str(name)) for day, name in found.items()}
    days |= {day: SpecialDay(DayKind.MAKE_UP) for day in found.weekend_workdays if day.year in years}
    return Calendar(
        id=country,
        version=0,
        time_zone=time_zone,
        source=CalendarSource.HOLIDAYS,
        known_until=date(years[-1], 12, 31),
        weekend=frozenset(found.weekend),
        days=days,
    )


def _since(days: dict[date, SpecialDay], first: date) -> dict[date, SpecialDay]:
    return {day: special for day, special in days.items() if day >= first}
