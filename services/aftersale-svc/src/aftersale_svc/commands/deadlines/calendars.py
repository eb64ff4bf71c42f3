"""New versions of calendars. Each change adds a version; deadlines name the version that they were computed with."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from zoneinfo import available_timezones

from aftercare_chassis.database.transaction import Reader, Transaction
from aftercare_chassis.lifecycle import TIMING
from aftercare_chassis.records import replace

from aftersale_svc.domain.deadlines.calendars import (
    Calendar,
    CalendarSource,
    DayKind,
    SpecialDay,
    WorkingWindow,
)
from aftersale_svc.domain.deadlines.errors import CalendarUnknown, TimeZoneUnknown
from aftersale_svc.domain.deadlines.merchant_calendars import check_closed_days, check_hours
from aftersale_svc.domain.deadlines.schedules import merchant_calendar
from aftersale_svc.domain.deadlines.stored import CalendarDay, CalendarVersion, assembled, same_content
from aftersale_svc.settings import Settings
from aftersale_svc.tables.deadlines.calendars import (
    BASED_ON,
    CALENDAR,
    CALENDAR_DAYS,
    CALENDARS,
    DAYS_OF,
    LOCK_VERSIONS,
    NEWEST_CALENDARS,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MerchantCalendar:
    """What a merchant's calendar has besides that of its country: its hours, and the days on which it is closed as well.

    `time_zone` None: that of the country. The hours are minutes of the local day; `windows` are those of weekdays, where they differ.
    """

    based_on: str
    time_zone: str | None
    opens: int
    closes: int
    windows: tuple[WorkingWindow, ...] = ()
    closed_days: tuple[date, ...]


async def publish(tx: Transaction[Settings], calendar: Calendar, source_version: str) -> CalendarVersion | None:
    """Add a version of a country's calendar where its days have changed, and one of each calendar that is based on it."""
    newest = await tx.one(CALENDAR, calendar_id=calendar.id)
    if newest is not None:
        known = assembled(newest, await tx.all(DAYS_OF, calendar_id=newest.id, version=newest.version))
        if same_content(known, calendar):
            return None
    version = CalendarVersion(
        id=calendar.id,
        version=newest.version + 1 if newest else 1,
        time_zone=calendar.time_zone,
        source=calendar.source,
        source_version=source_version,
        known_until=calendar.known_until,
        weekend=sorted(calendar.weekend),
        opens=calendar.opens,
        closes=calendar.closes,
        created_by=tx.actor.id,
        created_at=tx.now,
    )
    await _add(tx, version, calendar.days.items())
    for each in await tx.all(BASED_ON, calendar_id=calendar.id):
        own = await tx.all(DAYS_OF, calendar_id=each.id, version=each.version)
        based = replace(_based(each, version), version=each.version + 1, created_by=tx.actor.id, created_at=tx.now)
        await _add(tx, based, [(day.day, SpecialDay(day.kind, day.name)) for day in own])
    return version


async def put_merchant_calendar(
    tx: Transaction[Settings], merchant_id: str, *, wanted: MerchantCalendar
) -> CalendarVersion:
    """Add a version of a merchant's calendar.

    Raises:
        CalendarUnknown: the calendar that it is to be based on was not loaded.
        TimeZoneUnknown: no time zone has this name.
        WorkingHoursOverlap, WorkingTimeTooShort: see `check_hours`.
        ClosedTooOften: see `check_closed_days`.
        Stale: the request's If-Match names another version.
    """
    calendar_id = merchant_calendar(merchant_id)
    await tx.lock_all(LOCK_VERSIONS, versions_of=calendar_id)
    newest = await tx.one(CALENDAR, calendar_id=calendar_id)
    tx.check_condition(newest.version if newest else None)
    base = await tx.one(CALENDAR, calendar_id=wanted.based_on)
    if base is None or base.based_on is not None:
        raise CalendarUnknown(pointer="/based_on", value=wanted.based_on, allowed=await _countries(tx))
    if wanted.time_zone is not None and wanted.time_zone not in available_timezones():
        raise TimeZoneUnknown(pointer="/time_zone", value=wanted.time_zone)
    check_hours(wanted.windows, wanted.opens, wanted.closes, base.weekend)
    check_closed_days(wanted.closed_days)
    version = CalendarVersion(
        id=calendar_id,
        version=newest.version + 1 if newest else 1,
        time_zone=wanted.time_zone or base.time_zone,
        source=CalendarSource.MERCHANT,
        source_version=base.source_version,
        known_until=base.known_until,
        weekend=base.weekend,
        opens=wanted.opens,
        closes=wanted.closes,
        windows=[asdict(each) for each in wanted.windows] or None,
        based_on=base.id,
        based_on_version=base.version,
        created_by=tx.actor.id,
        created_at=tx.now,
    )
    await _add(tx, version, [(day, SpecialDay(DayKind.CLOSED)) for day in sorted(set(wanted.closed_days))])
    return version


def _based(version: CalendarVersion, base: CalendarVersion) -> CalendarVersion:
    """A merchant's calendar on a new version of its base; its time zone and its hours stay."""
    return replace(
        version,
        known_until=base.known_until,
        weekend=base.weekend,
        source_version=base.source_version,
        based_on_version=base.version,
    )


async def _add(tx: Transaction[Settings], version: CalendarVersion, days: Iterable[tuple[date, SpecialDay]]) -> None:
    await tx.insert(CALENDARS, version)
    rows = [
        CalendarDay(calendar_id=version.id, version=version.version, day=day, kind=special.kind, name=special.name)
        for day, special in days
    ]
    await tx.flush()
    await tx.insert(CALENDAR_DAYS, *rows)
    tx.wake(TIMING)


async def _countries(read: Reader[Settings]) -> list[str]:
    return [each.id for each in await read.all(NEWEST_CALENDARS) if each.based_on is None]
