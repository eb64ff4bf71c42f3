"""Time counted in calendars: make-up days, holidays, time zones, changes of the clocks."""

from collections import ChainMap
from datetime import UTC, date, datetime, timedelta

import chinese_calendar
import holidays
import pytest
from aftersale_svc.domain.deadlines.calendars import Calendar, DayKind, SpecialDay, WorkingWindow, working_seconds
from aftersale_svc.domain.deadlines.errors import RuleTwice, RuleUnknown
from aftersale_svc.domain.deadlines.rules import DeadlineRule, RuleSet, Unit, check_rules
from aftersale_svc.domain.deadlines.schedules import Schedules, continued, deadline, left_of, merchant_calendar
from aftersale_svc.integrations import calendar_packages
from hypothesis import given, settings
from hypothesis import strategies as st

LOADED = {calendar.id: calendar for calendar, _ in calendar_packages.calendars(date(2026, 11, 28))}
CHINA = LOADED["CN"]
OFFICE = Calendar(
    id="office",
    version=1,
    time_zone="Asia/Shanghai",
    opens=9 * 60,
    closes=18 * 60,
    known_until=CHINA.known_until,
    days=CHINA.days,
)
NEW_YORK = Calendar(id="ny", version=1, time_zone="America/New_York", opens=60, closes=5 * 60)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def hours(amount: float, unit: Unit = Unit.HOURS) -> DeadlineRule:
    return DeadlineRule("review_hours", amount, unit)


def test_plain_hours_pass_on_holidays_as_well() -> None:
    due = deadline(at("2026-09-30T20:00+08:00"), hours(48), CHINA)
    assert (due.at, due.provisional) == (at("2026-10-02T20:00+08:00"), False)


def test_working_days_leave_out_a_holiday_and_count_the_days_that_make_up_for_it() -> None:
    # From 1 to 7 October 2026 nobody works; Saturday the 10th makes up for that, and so did Sunday 20 September.
    due = deadline(at("2026-09-30T10:00+08:00"), hours(3, Unit.WORKING_DAYS), CHINA)
    assert due.at == at("2026-10-11T00:00+08:00"), "8, 9 and 10 October"
    assert deadline(at("2026-09-18T10:00+08:00"), hours(1, Unit.WORKING_DAYS), CHINA).at == at("2026-09-21T00:00+08:00")


def test_a_merchants_hours_end_the_day_and_its_closed_days_do_not_count() -> None:
    closed = {date(2026, 9, 29): SpecialDay(DayKind.CLOSED)}
    own = Calendar(
        id=merchant_calendar("m-1"),
        version=1,
        time_zone="Asia/Shanghai",
        opens=OFFICE.opens,
        closes=OFFICE.closes,
        days=ChainMap(closed, dict(CHINA.days)),
    )
    since = at("2026-09-28T16:30+08:00")
    assert deadline(since, hours(2, Unit.WORKING_HOURS), OFFICE).at == at("2026-09-29T09:30+08:00")
    assert deadline(since, hours(2, Unit.WORKING_HOURS), own).at == at("2026-09-30T09:30+08:00")
    assert deadline(since, hours(1, Unit.WORKING_DAYS), own).at == at("2026-09-30T18:00+08:00")


@pytest.mark.parametrize(
    ("day", "seconds"),
    [(date(2026, 3, 6), 4 * 3600), (date(2026, 3, 8), 3 * 3600), (date(2026, 11, 1), 5 * 3600)],
    ids=["an ordinary day", "clocks go forward", "clocks go back"],
)
def test_a_working_day_is_as_long_as_the_clocks_make_it(day: date, seconds: int) -> None:
    every_day = Calendar(id="ny", version=1, time_zone="America/New_York", opens=60, closes=300, weekend=frozenset())
    [(begins, ends)] = every_day.working_hours(day)
    assert (ends - begins).total_seconds() == seconds
    assert working_seconds(every_day, begins - timedelta(hours=1), ends + timedelta(hours=1)) == seconds


def test_days_begin_in_the_time_zone_of_the_calendar() -> None:
    # Friday evening in New York is Saturday in Shanghai.
    since = at("2026-03-07T09:00+08:00")
    assert deadline(since, hours(1, Unit.WORKING_DAYS), NEW_YORK).at == at("2026-03-09T05:00-04:00")
    assert deadline(since, hours(1, Unit.WORKING_DAYS), OFFICE).at == at("2026-03-09T18:00+08:00")


def test_what_depends_on_days_that_are_not_known_yet_is_provisional() -> None:
    assert CHINA.known_until == date(2026, 12, 31)
    assert not deadline(at("2026-12-30T10:00+08:00"), hours(1, Unit.WORKING_DAYS), CHINA).provisional
    assert deadline(at("2026-12-30T10:00+08:00"), hours(2, Unit.WORKING_DAYS), CHINA).provisional
    assert not deadline(at("2026-12-30T10:00+08:00"), hours(999), CHINA).provisional


def test_a_calendar_without_working_days_ends_the_search() -> None:
    never = Calendar(id="never", version=1, time_zone="UTC", weekend=frozenset(range(7)))
    since = at("2026-03-02T09:00+00:00")
    for unit in Unit:
        assert since < deadline(since, hours(1, unit), never).at <= since + timedelta(days=400)


@settings(max_examples=50)
@given(
    since=st.integers(0, 300 * 24 * 60).map(lambda minutes: at("2026-01-01T00:00+00:00") + timedelta(minutes=minutes)),
    stopped=st.integers(0, 40 * 24 * 60),
    pause=st.integers(0, 40 * 24 * 60),
    amount=st.integers(1, 80),
    unit=st.sampled_from([Unit.HOURS, Unit.WORKING_HOURS]),
    calendar=st.sampled_from([OFFICE, NEW_YORK, CHINA]),
)
def test_a_stop_neither_gives_nor_takes_time(
    since: datetime, stopped: int, pause: int, amount: int, unit: Unit, calendar: Calendar
) -> None:
    rule = hours(amount, unit)
    due_at = deadline(since, rule, calendar).at
    stop_at = min(since + timedelta(minutes=stopped), due_at)
    left = left_of(stop_at, due_at, rule, calendar)
    again = continued(stop_at + timedelta(minutes=pause), left, rule, calendar)
    used = left_of(since, stop_at, rule, calendar)
    assert abs(used + left - amount * 3600) <= 1
    assert abs(left_of(stop_at + timedelta(minutes=pause), again.at, rule, calendar) - left) <= 1


def test_the_two_packages_agree_about_china() -> None:
    known = holidays.country_holidays("CN", years=[2026])
    for number in range(365):
        day = date(2026, 1, 1) + timedelta(days=number)
        assert CHINA.is_working(day) == known.is_working_day(day) == chinese_calendar.is_workday(day), day


def test_a_year_whose_notice_is_not_out_is_not_guessed() -> None:
    assert max(CHINA.days) <= date(2026, 12, 31)
    assert all(calendar.known_until is not None for calendar in LOADED.values())
    assert LOADED["US"].days[date(2026, 7, 3)].kind is DayKind.HOLIDAY, "4 July 2026 is a Saturday"


def test_the_rule_with_the_most_conditions_holds_and_the_merchants_before_the_platforms() -> None:
    class Document:
        merchant_id, type = "m-1", "refund_only"

    general = DeadlineRule("review_hours", 24)
    special = DeadlineRule("review_hours", 12, when={"type": "refund_only"})
    for_others = DeadlineRule("review_hours", 6, when={"buyer_level": "gold"})
    platform = RuleSet("platform", 3, (general, special, for_others))
    schedules = Schedules({"platform": platform}, {"CN": CHINA})
    chosen = schedules.choose(Document(), "review_hours", 48)
    assert (chosen.rule, chosen.scope, chosen.version) == (special, "platform", 3)
    assert schedules.choose(Document(), "rejected_hours", 48).scope == "settings"
    own = Schedules({"platform": platform, "m-1": RuleSet("m-1", 1, (DeadlineRule("review_hours", 1),))}, {})
    assert own.choose(Document(), "review_hours", 48).scope == "merchant"


def test_rules_that_contradict_each_other_or_name_nothing_are_refused() -> None:
    with pytest.raises(RuleTwice):
        check_rules([hours(1), hours(2)], ["review_hours"], [], {})
    with pytest.raises(RuleUnknown):
        check_rules([DeadlineRule("tea_time", 1)], ["review_hours"], [], {})
    with pytest.raises(RuleUnknown):
        check_rules([DeadlineRule("review_hours", 1, calendar="XX")], ["review_hours"], ["CN"], {})


SPLIT = Calendar(
    id=merchant_calendar("m-1"),
    version=1,
    time_zone="Asia/Shanghai",
    opens=10 * 60,
    closes=16 * 60,
    known_until=CHINA.known_until,
    windows=(
        *(WorkingWindow(weekday=day, opens=13 * 60, closes=18 * 60) for day in range(4)),
        *(WorkingWindow(weekday=day, opens=9 * 60, closes=12 * 60) for day in range(4)),
        WorkingWindow(weekday=6, opens=20 * 60, closes=24 * 60),
    ),
    days=CHINA.days,
)
"""From Monday to Thursday with a pause, and on Sunday evening; not on Friday and Saturday."""


@pytest.mark.parametrize(
    ("since", "amount", "unit", "expected"),
    [
        ("2026-11-30T11:00+08:00", 3, Unit.WORKING_HOURS, "2026-11-30T15:00+08:00"),  # over the pause
        ("2026-11-30T12:30+08:00", 1, Unit.WORKING_HOURS, "2026-11-30T14:00+08:00"),  # from within it
        ("2026-12-03T17:00+08:00", 3, Unit.WORKING_HOURS, "2026-12-06T22:00+08:00"),  # from Thursday to Sunday
        ("2026-12-03T17:00+08:00", 1, Unit.WORKING_DAYS, "2026-12-07T00:00+08:00"),
        ("2026-09-29T17:00+08:00", 2, Unit.WORKING_DAYS, "2026-10-08T18:00+08:00"),  # over the holidays
        ("2026-10-08T18:00+08:00", 2, Unit.WORKING_HOURS, "2026-10-10T12:00+08:00"),  # on a Saturday that makes up
    ],
)
def test_hours_by_weekday(since: str, amount: int, unit: Unit, expected: str) -> None:
    assert deadline(at(since), hours(amount, unit), SPLIT).at == at(expected)


@given(st.integers(0, 60 * 24 * 60), st.integers(1, 200 * 60))
def test_working_time_by_weekday_is_counted_as_it_is_added(minutes: int, amount: int) -> None:
    since = at("2026-09-01T00:00+08:00") + timedelta(minutes=minutes)
    ends = deadline(since, hours(amount / 60, Unit.WORKING_HOURS), SPLIT).at
    assert abs(working_seconds(SPLIT, since, ends) - amount * 60) <= 1


def test_any_country_of_the_package_can_be_loaded() -> None:
    further = {each.id: each for each, _ in calendar_packages.calendars(date(2026, 11, 28), {"FR": "Europe/Paris"})}
    assert further.keys() == LOADED.keys() | {"FR"}
    assert not further["FR"].is_working(date(2026, 7, 14))
    assert (further["FR"].time_zone, further["FR"].known_until) == ("Europe/Paris", date(2027, 12, 31))
    with pytest.raises(NotImplementedError, match="XX"):
        list(calendar_packages.calendars(date(2026, 11, 28), {"XX": "Europe/Paris"}))
