"""The times in which goods can be collected, by a schedule and a calendar."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

from aftersale_svc.domain.cases.pickups.errors import PickupSlotFull, PickupSlotUnknown, PickupWindowsOverlap
from aftersale_svc.domain.cases.pickups.model import PickupPlan, PickupSlot, PickupWindow
from aftersale_svc.domain.deadlines.calendars import Calendar, overlap
from aftersale_svc.domain.deadlines.errors import TimeZoneUnknown

_MORNING, _AFTERNOON = (9 * 60, 12 * 60), (14 * 60, 18 * 60)
PLATFORM_PLAN = PickupPlan(
    version=0,
    time_zone="Asia/Shanghai",
    lead_hours=12,
    days_ahead=7,
    windows=tuple(
        PickupWindow(weekday, *hours, capacity=20) for weekday in range(6) for hours in (_MORNING, _AFTERNOON)
    ),
)
"""The schedule of merchants that have set none: two windows a day from Monday to Saturday."""


def check_plan(plan: PickupPlan) -> None:
    """Refuse a schedule that contradicts itself.

    Raises:
        TimeZoneUnknown: no time zone has this name.
        PickupWindowsOverlap: two windows of a weekday overlap.
    """
    if plan.time_zone not in available_timezones():
        raise TimeZoneUnknown(pointer="/time_zone", value=plan.time_zone)
    if overlap(plan.windows):
        raise PickupWindowsOverlap(pointer="/windows")


def slots(plan: PickupPlan, calendar: Calendar, now: datetime, taken: Mapping[datetime, int]) -> list[PickupSlot]:
    """The times that can be booked now, the earliest first. `taken` is how many pickups each has, by its beginning."""
    found = _all(plan, calendar, now)
    free = (PickupSlot(begins, ends, max(0, window.capacity - taken.get(begins, 0))) for begins, ends, window in found)
    return sorted((each for each in free if each.left), key=lambda each: each.begins_at)


def bookable(
    plan: PickupPlan, calendar: Calendar, now: datetime, begins_at: datetime
) -> tuple[PickupSlot, PickupWindow]:
    """The time that begins then, with all its room, and its window. Raises: PickupSlotUnknown."""
    for begins, ends, window in _all(plan, calendar, now):
        if begins == begins_at:
            return PickupSlot(begins, ends, window.capacity), window
    raise PickupSlotUnknown(pointer="/slot")


def check_room(window: PickupWindow, taken: int) -> None:
    """Refuse one more pickup where the time has no room for it. Raises: PickupSlotFull."""
    if taken >= window.capacity:
        raise PickupSlotFull(pointer="/slot", capacity=window.capacity)


def until(plan: PickupPlan, now: datetime) -> datetime:
    """A time after the last one that can be booked now."""
    return now + timedelta(days=plan.days_ahead + 2)


def _all(plan: PickupPlan, calendar: Calendar, now: datetime) -> Iterator[tuple[datetime, datetime, PickupWindow]]:
    zone = ZoneInfo(plan.time_zone)
    today, earliest = now.astimezone(zone).date(), now + timedelta(hours=plan.lead_hours)
    for number in range(plan.days_ahead + 1):
        day = today + timedelta(days=number)
        for window in _windows(plan.windows, calendar, day):
            begins = _minute(day, window.opens, zone)
            if begins >= earliest:
                yield begins, _minute(day, window.closes, zone), window


def _windows(windows: Sequence[PickupWindow], calendar: Calendar, day: date) -> list[PickupWindow]:
    """The windows of a day: none on a holiday, or where the merchant is closed. The weekend is a matter of the windows."""
    if day in calendar.days and not calendar.is_working(day):
        return []
    return [each for each in windows if each.weekday == day.weekday()]


def _minute(day: date, minute: int, zone: ZoneInfo) -> datetime:
    """This minute of the day's clock."""
    days, rest = divmod(minute, 24 * 60)
    local = datetime(day.year, day.month, day.day, tzinfo=zone) + timedelta(days=days, minutes=rest)
    return local.astimezone(UTC)
