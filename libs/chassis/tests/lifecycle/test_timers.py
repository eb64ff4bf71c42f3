"""Timers of a state table: when they are due, and what starts them."""

from dataclasses import replace
from datetime import timedelta

from aftercare_chassis.lifecycle import (
    Timeout,
)
from aftercare_chassis.lifecycle.diagram import draw
from door_machine import DOOR, DRY, NOON, TIMEOUTS, Action, Door, State, at, composed


def test_a_timer_is_due_at_its_deadline_and_not_before() -> None:
    door = DOOR.start(Door(), at())
    assert DOOR.due(door, NOON + timedelta(hours=2)) is Action.CLOSE
    assert DOOR.due(door, NOON + timedelta(hours=1)) is None
    assert DOOR.due(Door(state=State.LOCKED), NOON) is None


def test_a_timer_may_run_from_a_time_that_the_row_holds() -> None:
    since = {**TIMEOUTS, State.OPEN: Timeout("owner", "open_hours", Action.CLOSE, since="opened_at")}
    table, door = composed(timeouts=since), Door(opened_at=NOON - timedelta(hours=1))
    assert table.start(door, at()).deadline_at == NOON + timedelta(hours=1)
    assert "open --> shut: close (owner, system, unless still_painted) / after open_hours from opened_at\n" in draw(
        table
    )
    at_once = composed(timeouts={**TIMEOUTS, State.OPEN: Timeout("owner", None, Action.CLOSE, since="opened_at")})
    assert at_once.start(door, at()).deadline_at == NOON - timedelta(hours=1)
    assert "/ at opened_at\n" in draw(at_once)


def test_a_timer_is_paused_while_its_condition_refuses_the_row() -> None:
    unless = {**TIMEOUTS, State.OPEN: Timeout("owner", "open_hours", Action.CLOSE, since="opened_at", unless=DRY)}
    table = composed(timeouts=unless)
    wet = table.start(Door(painted=True, opened_at=NOON), at())
    assert (wet.state, wet.deadline_at, table.due(wet, NOON + timedelta(hours=9))) == (State.OPEN, None, None)
    dry = table.reschedule(replace(wet, painted=False), at(5))
    assert (dry.deadline_at, table.due(dry, NOON + timedelta(hours=5))) == (NOON + timedelta(hours=2), Action.CLOSE)
    assert "/ after open_hours from opened_at, unless still_painted\n" in draw(table)


def test_a_timer_that_runs_from_the_entry_of_its_state_is_not_rescheduled() -> None:
    door = DOOR.start(Door(), at())
    assert DOOR.reschedule(door, at(1)) == door
    gone = Door(state=State.GONE)
    assert DOOR.reschedule(gone, at(1)) == gone
