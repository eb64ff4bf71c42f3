"""Standstills, reminders and provisional deadlines: what is decided about them, without a database."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest
from aftersale_svc.domain.deadlines.calendars import Calendar, DayKind, SpecialDay
from aftersale_svc.domain.deadlines.ledger import Deadline, DeadlineState, DocumentKind
from aftersale_svc.domain.deadlines.moving import recomputed
from aftersale_svc.domain.deadlines.reminders import DEFAULT_HOURS, next_reminder
from aftersale_svc.domain.deadlines.rules import DeadlineRule, Unit
from aftersale_svc.domain.deadlines.schedules import Schedules
from aftersale_svc.domain.deadlines.standstills import Standstill, spared_until, standstill
from aftersale_svc.domain.deadlines.stored import RuleSetVersion, documents
from aftersale_svc.domain.deadlines.timing import ScheduleTiming

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LEAST, MOST = timedelta(minutes=10), timedelta(hours=24)


def hours(number: float) -> timedelta:
    return timedelta(hours=number)


def still(length: timedelta) -> Standstill | None:
    return standstill("still_1", NOW - length, NOW, least=LEAST, most=MOST)


@pytest.mark.parametrize(
    ("length", "grace"),
    [
        (timedelta(minutes=1), None),
        (LEAST, None),
        (timedelta(minutes=11), timedelta(minutes=11)),
        (hours(23), hours(23)),
        (hours(100), hours(24)),
    ],
)
def test_a_standstill_gives_as_long_again_and_a_day_at_most(length: timedelta, grace: timedelta | None) -> None:
    found = still(length)
    assert (None if found is None else found.grace_until - NOW) == grace


def test_which_deadlines_a_standstill_extends() -> None:
    found = still(hours(6))
    assert found is not None
    until, before = NOW + hours(6), NOW - hours(48)
    assert spared_until([found], before, NOW - hours(6)) is None, "it ended before"
    for due_at in (NOW - hours(5), NOW, NOW + hours(5)):
        assert spared_until([found], before, due_at) == until
    assert spared_until([found], before, until) is None, "once"
    assert spared_until([found], NOW, NOW + hours(1)) is None, "it was set after the standstill"
    again = Standstill(id="still_2", began_at=NOW + hours(1), ended_at=NOW + hours(8), grace_until=NOW + hours(15))
    assert spared_until([found, again], before, until) == again.grace_until, "a second one"


@dataclass
class Document:
    whose_turn: str


def test_until_the_timer_has_noted_it_the_grace_holds_for_who_acts() -> None:
    found = still(hours(6))
    assert found is not None
    timing = ScheduleTiming(Schedules(standstills=[found]))
    assert timing.ends(Document("merchant"), NOW - hours(1)) == NOW + hours(6)
    assert timing.ends(Document("merchant"), NOW - hours(7)) == NOW - hours(7)
    assert timing.ends(Document("agent"), NOW - hours(1)) == NOW - hours(1)


def test_reminders_come_before_the_end_of_times_that_are_longer() -> None:
    due = NOW + hours(48)
    first = next_reminder(NOW, due, "merchant", DEFAULT_HOURS, NOW)
    assert first == due - hours(24)
    second = next_reminder(NOW, due, "merchant", DEFAULT_HOURS, first)
    assert second == due - hours(2)
    assert next_reminder(NOW, due, "merchant", DEFAULT_HOURS, second) is None
    assert next_reminder(NOW, NOW + hours(24), "buyer", DEFAULT_HOURS, NOW) == NOW + hours(22)
    assert next_reminder(NOW, NOW + hours(2), "buyer", DEFAULT_HOURS, NOW) is None
    for turn, due_at, when in (
        ("courier", due, (24,)),
        ("system", due, (24,)),
        ("buyer", None, (24,)),
        ("buyer", due, ()),
    ):
        assert next_reminder(NOW, due_at, turn, when, NOW) is None


def test_a_rule_without_reminders_of_its_own_is_stored_as_earlier_builds_read_it() -> None:
    own, other = DeadlineRule("review_hours", 12, reminders=(6.0, 1.0)), DeadlineRule("offer_hours", 12)
    stored = documents([own, other])
    assert "reminders" not in stored[1]
    version = RuleSetVersion(owner="platform", version=1, rules=stored, created_by="a", created_at=NOW)
    assert version.rule_set.rules == (own, other)
    timing = ScheduleTiming(Schedules({"platform": version.rule_set}))
    hours = SimpleNamespace(review_hours=48, offer_hours=48)
    assert timing.reminder_hours(Document("merchant"), "review_hours", hours) == (6.0, 1.0)
    assert timing.reminder_hours(Document("merchant"), "offer_hours", hours) == DEFAULT_HOURS


def calendar(version: int, known_until: date | None, *holidays: date) -> Calendar:
    days = {day: SpecialDay(DayKind.HOLIDAY, "New Year's Day") for day in holidays}
    return Calendar(id="CN", version=version, time_zone="Asia/Shanghai", known_until=known_until, days=days)


def test_a_calendar_that_knows_more_days_computes_the_deadline_again() -> None:
    set_at, rule = datetime(2026, 12, 30, 2, tzinfo=UTC), DeadlineRule("review_hours", 2, Unit.WORKING_DAYS)
    entry = Deadline(
        id="dl_1",
        document=DocumentKind.CASE,
        document_id="case_1",
        case_id="case_1",
        buyer_id="b",
        merchant_id="m",
        document_state="pending_review",
        turn="merchant",
        state=DeadlineState.SET,
        cause="after_sale",
        set_at=set_at,
        due_at=None,
        timer="review_hours",
        amount=2,
        unit=Unit.WORKING_DAYS,
        calendar_id="CN",
        calendar_version=1,
        provisional=True,
    )
    old, new = calendar(1, date(2026, 12, 31)), calendar(2, date(2027, 12, 31), date(2027, 1, 1))
    assert recomputed(entry, rule, old).provisional
    assert recomputed(entry, rule, new).at - recomputed(entry, rule, old).at == timedelta(days=3)
    assert not recomputed(entry, rule, new).provisional
