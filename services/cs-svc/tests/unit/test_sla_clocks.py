"""Clocks in business time: over holidays, make-up days, split shifts and changes of the clocks, with any pauses."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aftercare_chassis.lifecycle import PLAIN_HOURS, SYSTEM, Actor
from aftercare_chassis.lifecycle.timing import Timing
from aftercare_chassis.working_time import Calendar, working_time
from cs_svc.domain.sla import clocks
from cs_svc.domain.sla.calendars import ALWAYS, SlaCalendar, StoredDay, StoredWindow
from cs_svc.domain.sla.clocks import Clock, ClockAction, ClockState
from cs_svc.domain.sla.policies import DEFAULT_CHAIN, ClockKind, Situation, SlaPolicy, chosen
from hypothesis import given
from hypothesis import strategies as st

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
HOURS = (("09:00", "12:00"), ("13:30", "18:00"))


@dataclass(frozen=True)
class At:
    """The context at a time."""

    now: datetime
    actor: Actor = SYSTEM
    timing: Timing = PLAIN_HOURS
    settings: Any = field(default=None)


def calendar(zone: str = "Europe/Berlin", days: dict[str, str] | None = None, version: int = 1) -> Calendar:
    """Monday to Friday from 9 to 12 and from 13:30 to 18."""
    windows = [
        StoredWindow(weekday=day, opens=opens, closes=closes)
        for day in range(5)
        for opens, closes in ((540, 720), (810, 1080))
    ]
    found = [StoredDay(day=day, kind=kind) for day, kind in (days or {}).items()]
    stored = SlaCalendar(
        id="office", version=version, time_zone=zone, windows=windows, days=found, created_at=NOW, updated_at=NOW
    )
    return stored.calendar


def clock(seconds: int, **fields: Any) -> Clock:
    usual = (
        {
            "id": "clk_1",
            "version": 1,
            "state": ClockState.RUNNING,
            "kind": ClockKind.FIRST_ANSWER,
            "conversation_id": "conv_1",
            "policy_id": "all",
            "policy_version": 1,
            "calendar_id": "office",
            "calendar_version": 0,
            "target_seconds": seconds,
            "escalations": list(DEFAULT_CHAIN),
            "created_at": NOW,
            "updated_at": NOW,
        }
        | dict.fromkeys(("order_id", "case_id", "merchant_id", "team_id"))
        | {"buyer_id": "buyer-1"}
    )
    return Clock(**(usual | fields))


STARTS = st.integers(0, 400 * 24 * 3600).map(
    lambda seconds: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)
DAYS = st.dictionaries(
    st.integers(0, 420).map(lambda day: (datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=day)).date().isoformat()),
    st.sampled_from(["holiday", "make_up"]),
    max_size=25,
)
CALENDARS = st.builds(calendar, st.sampled_from(["Europe/Berlin", "Asia/Shanghai", "America/New_York"]), DAYS)
TARGETS = st.integers(60, 5 * 24 * 3600)


@given(CALENDARS, STARTS, TARGETS)
def test_the_end_is_when_exactly_the_target_has_passed(office: Calendar, since: datetime, target: int) -> None:
    running = clocks.start(clock(target), office, At(since))
    assert running.due_at is not None
    assert working_time(office, since, running.due_at) == timedelta(seconds=target)
    assert running.used(office, running.due_at) == running.target
    assert running.deadline_at == running.next_at
    assert running.next_at is not None
    assert running.next_at <= running.due_at


@given(CALENDARS, STARTS, TARGETS, st.lists(st.tuples(st.integers(0, 10**11), st.integers(0, 10**11)), max_size=4))
def test_pauses_of_any_length_take_nothing_and_give_nothing(
    office: Calendar, since: datetime, target: int, pauses: list[tuple[int, int]]
) -> None:
    running, at, ran = clocks.start(clock(target), office, At(since)), since, timedelta()
    for runs, stood in pauses:
        until = at + timedelta(microseconds=runs)
        ran += working_time(office, at, until)
        if ran >= running.target:
            return
        still = clocks.pause(running, office, At(until))
        assert still.used_microseconds * clocks.MICROSECOND == ran
        assert (still.due_at, still.deadline_at) == (None, None)
        at = until + timedelta(microseconds=stood)
        running = clocks.resume(still, office, At(at))
    assert running.due_at is not None
    assert ran + working_time(office, at, running.due_at) == running.target


@given(CALENDARS, CALENDARS, STARTS, TARGETS)
def test_a_moved_holiday_moves_the_end_as_if_it_had_always_been_so(
    before: Calendar, after: Calendar, since: datetime, target: int
) -> None:
    running = clocks.start(clock(target), before, At(since))
    moved = clocks.move(running, after, At(since + timedelta(hours=1)))
    assert moved.due_at == clocks.start(clock(target), after, At(since)).due_at
    assert moved.calendar_version == after.version


@given(CALENDARS, STARTS, TARGETS)
def test_each_escalation_happens_once_and_in_order(office: Calendar, since: datetime, target: int) -> None:
    running, happened = clocks.start(clock(target), office, At(since)), []
    for _ in range(20):
        if running.state is not ClockState.RUNNING:
            break
        assert running.next_at is not None
        steps = clocks.due_steps(running, office, running.next_at)
        happened += [each["percent"] for each in steps]
        running = clocks.escalate(running, office, len(steps), At(running.next_at))
    assert running.state is ClockState.BREACHED
    assert happened == [50, 75, 100]
    assert running.breached_at is not None
    assert running.used(office, running.breached_at) == running.target


@pytest.mark.parametrize(
    ("since", "minutes", "due"),
    [
        # The night in which the clocks in Berlin go forward: Friday 17:00 to Monday, an hour earlier in UTC.
        ("2026-03-27T16:00:00+00:00", 120, "2026-03-30T08:00:00+00:00"),
        # And back.
        ("2026-10-23T15:00:00+00:00", 120, "2026-10-26T09:00:00+00:00"),
        # Over the break at noon.
        ("2026-03-02T10:30:00+00:00", 60, "2026-03-02T13:00:00+00:00"),
    ],
)
def test_the_end_by_the_clocks_on_the_wall(since: str, minutes: int, due: str) -> None:
    running = clocks.start(clock(minutes * 60), calendar(), At(datetime.fromisoformat(since)))
    assert running.due_at == datetime.fromisoformat(due)


def test_a_holiday_and_its_make_up_day() -> None:
    # 2026-10-01 is a Thursday, 2026-10-10 a Saturday on which people work from the first to the last hour of the week.
    days = {f"2026-10-0{day}": "holiday" for day in range(1, 8)} | {"2026-10-10": "make_up"}
    china = calendar("Asia/Shanghai", days)
    since = datetime(2026, 9, 30, 9, 0, tzinfo=UTC)  # 17:00 in Shanghai
    assert clocks.start(clock(7200), china, At(since)).due_at == datetime(2026, 10, 8, 2, 0, tzinfo=UTC)
    friday_evening = datetime(2026, 10, 9, 9, 30, tzinfo=UTC)
    assert clocks.start(clock(3600), china, At(friday_evening)).due_at == datetime(2026, 10, 10, 1, 30, tzinfo=UTC)


def test_a_breached_clock_ends_late_and_another_one_is_met() -> None:
    running = clocks.start(clock(600), ALWAYS, At(NOW))
    met = clocks.end(running, ClockAction.MEET, ALWAYS, At(NOW + timedelta(seconds=60)))
    assert (met.state, met.used_microseconds) == (ClockState.MET, 60_000_000)
    breached = clocks.escalate(running, ALWAYS, 3, At(NOW + timedelta(seconds=600)))
    late = clocks.end(breached, ClockAction.MEET, ALWAYS, At(NOW + timedelta(seconds=700)))
    assert (late.state, late.used_microseconds) == (ClockState.LATE, 700_000_000)


def policy(name: str, **fields: Any) -> SlaPolicy:
    usual = dict.fromkeys(("team_id", "channel", "merchant_id", "priority", "calendar_id"))
    limits = {"first_answer_minutes": 5, "next_answer_minutes": None, "resolution_minutes": None}
    times = {"created_at": NOW, "updated_at": NOW}
    return SlaPolicy(id=name, version=1, escalations=[], **(usual | limits | times | fields))


def test_the_policy_for_the_fewest_others_holds() -> None:
    general, team = policy("general"), policy("team", team_id="first")
    merchant = policy("merchant", merchant_id="m-1")
    situation = Situation(team_id="first", channel="web", merchant_id="m-1", priority="normal")
    assert chosen([general, team, merchant], situation) == merchant
    assert chosen([general, team], situation) == team
    assert chosen([policy("other", channel="phone")], situation) is None
