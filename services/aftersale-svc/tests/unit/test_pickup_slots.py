"""The times of pickups: by weekly windows, holidays, notice, and room."""

from datetime import UTC, date, datetime, timedelta

import pytest
from aftersale_svc.domain.cases.pickups.errors import PickupSlotFull, PickupSlotUnknown, PickupWindowsOverlap
from aftersale_svc.domain.cases.pickups.model import PickupPlan, PickupWindow
from aftersale_svc.domain.cases.pickups.slots import PLATFORM_PLAN, bookable, check_plan, check_room, slots
from aftersale_svc.domain.deadlines.calendars import Calendar, DayKind, SpecialDay
from aftersale_svc.domain.deadlines.errors import TimeZoneUnknown

MONDAY = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)  # ten o'clock in Shanghai
PLAIN = Calendar(id="CN", version=1, time_zone="Asia/Shanghai")
WINDOW = PickupWindow(weekday=0, opens=9 * 60, closes=12 * 60, capacity=2)


def plan(*windows: PickupWindow, zone: str = "Asia/Shanghai", lead: int = 12, days: int = 7) -> PickupPlan:
    return PickupPlan(version=1, time_zone=zone, lead_hours=lead, days_ahead=days, windows=windows)


def begins(found: PickupPlan, calendar: Calendar = PLAIN, now: datetime = MONDAY) -> list[datetime]:
    return [each.begins_at for each in slots(found, calendar, now, {})]


def test_the_platforms_times_are_two_a_day_but_on_sundays() -> None:
    found = slots(PLATFORM_PLAN, PLAIN, MONDAY, {})
    local = [each.begins_at + timedelta(hours=8) for each in found]
    assert local[0].strftime("%A %H:%M") == "Tuesday 09:00", "twelve hours' notice"
    assert {each.weekday() for each in local} == {0, 1, 2, 3, 4, 5}
    assert len(found) == 12
    assert {each.left for each in found} == {20}


def test_a_time_is_booked_with_notice_and_not_far_ahead() -> None:
    assert begins(plan(WINDOW)) == [datetime(2026, 3, 9, 1, tzinfo=UTC)], "that of today has begun"
    assert begins(plan(WINDOW, days=6)) == []
    early = MONDAY - timedelta(hours=14)
    assert begins(plan(WINDOW), now=early)[0] == datetime(2026, 3, 2, 1, tzinfo=UTC)
    assert begins(plan(WINDOW, lead=14, days=8), now=early)[0] == datetime(2026, 3, 9, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "collected"), [(DayKind.HOLIDAY, False), (DayKind.CLOSED, False), (DayKind.MAKE_UP, True)]
)
def test_on_holidays_and_closed_days_nothing_is_collected(kind: DayKind, collected: bool) -> None:
    calendar = Calendar(
        id="CN", version=1, time_zone="Asia/Shanghai", days={date(2026, 3, 9): SpecialDay(kind, "a day")}
    )
    assert bool(begins(plan(WINDOW), calendar)) is collected


def test_windows_are_local_also_where_the_clocks_change() -> None:
    sunday = PickupWindow(weekday=6, opens=9 * 60, closes=10 * 60, capacity=1)
    found = begins(plan(sunday, zone="Europe/Berlin", days=14), now=datetime(2026, 3, 20, tzinfo=UTC))
    assert found == [datetime(2026, 3, 22, 8, tzinfo=UTC), datetime(2026, 3, 29, 7, tzinfo=UTC)]


def test_a_time_without_room_is_not_shown_and_refused() -> None:
    at = datetime(2026, 3, 9, 1, tzinfo=UTC)
    assert [each.left for each in slots(plan(WINDOW), PLAIN, MONDAY, {at: 1})] == [1]
    assert slots(plan(WINDOW), PLAIN, MONDAY, {at: 2}) == []
    slot, window = bookable(plan(WINDOW), PLAIN, MONDAY, at)
    assert slot.ends_at == at + timedelta(hours=3)
    check_room(window, 1)
    with pytest.raises(PickupSlotFull):
        check_room(window, 2)


def test_a_time_that_the_schedule_does_not_have_is_refused() -> None:
    for wrong in (datetime(2026, 3, 9, 1, 30, tzinfo=UTC), datetime(2026, 3, 16, 1, tzinfo=UTC), MONDAY):
        with pytest.raises(PickupSlotUnknown):
            bookable(plan(WINDOW), PLAIN, MONDAY, wrong)


def test_a_schedule_that_contradicts_itself_is_refused() -> None:
    check_plan(plan(WINDOW, PickupWindow(0, 12 * 60, 14 * 60, 1), PickupWindow(1, 10 * 60, 11 * 60, 1)))
    with pytest.raises(PickupWindowsOverlap):
        check_plan(plan(PickupWindow(0, 11 * 60, 14 * 60, 1), WINDOW))
    with pytest.raises(TimeZoneUnknown):
        check_plan(plan(WINDOW, zone="Asia/Nowhere"))
