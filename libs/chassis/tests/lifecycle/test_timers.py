"""Timers of a state table: when they are due, and what starts them."""

from dataclasses import replace
from datetime import timedelta

import pytest
from aftercare_chassis.lifecycle import TableError, Timeout, Transition
from aftercare_chassis.lifecycle.diagram import draw
from door_machine import DOOR, DRY, NOON, OWNER, SYSTEM_ONLY, TABLE, TIMEOUTS, Action, Door, State, at, composed


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


WET = Timeout("painter", "shut_hours", Action.REMIND, "reminded")
WAITS = {
    **TIMEOUTS,
    State.OPEN: Timeout("owner", "open_hours", Action.CLOSE, "closed_by_timeout", instead=(DRY, WET)),
}
ROWS = {
    **TABLE,
    (State.OPEN, Action.PAINT): Transition(State.OPEN, OWNER, restarts=True),
    (State.OPEN, Action.REMIND): Transition(State.OPEN, SYSTEM_ONLY),
}


def test_a_guard_decides_which_of_two_timeouts_holds() -> None:
    table = composed(transitions=ROWS, timeouts=WAITS)
    wet = table.apply(Door(state=State.SHUT, painted=True), Action.REOPEN, at())
    assert (wet.whose_turn, wet.deadline_at, table.deadline_effect(wet)) == (
        "painter",
        NOON + timedelta(hours=5),
        "reminded",
    )
    assert table.due(wet, NOON + timedelta(hours=5)) is Action.REMIND
    by_fan = table.apply(Door(state=State.SHUT, painted=True), Action.REOPEN, at(), "fan")
    assert (by_fan.whose_turn, by_fan.deadline_at) == ("owner", NOON + timedelta(hours=2))
    assert table.due(by_fan, NOON + timedelta(hours=2), "fan") is Action.CLOSE
    assert (table.deadline_effect(by_fan, "fan"), table.whose_turn(by_fan, "fan")) == ("closed_by_timeout", "owner")


def test_a_transition_that_restarts_gives_the_time_of_the_state_again() -> None:
    table = composed(transitions=ROWS, timeouts=WAITS)
    wet = table.apply(Door(state=State.SHUT, painted=True), Action.REOPEN, at())
    dry = table.apply(replace(wet, painted=False), Action.PAINT, at(4))
    assert (dry.state, dry.whose_turn, dry.deadline_at) == (State.OPEN, "owner", NOON + timedelta(hours=6))
    door = DOOR.start(Door(), at())
    assert DOOR.apply(door, Action.PAINT, at(1)).deadline_at == door.deadline_at, "any other leaves it"


def test_both_timeouts_of_a_state_are_checked_and_drawn() -> None:
    printed = draw(composed(transitions=ROWS, timeouts=WAITS))
    assert "close (owner, system, unless still_painted) / after open_hours, not while still_painted\n" in printed
    assert "open --> open: remind (system) / after shut_hours, while still_painted\n" in printed
    assert "paint (owner, the time starts again)\n" in printed
    assert "note right of open: turn of owner, while still_painted of painter\n" in printed
    with pytest.raises(TableError, match="open has a timer"):
        composed(timeouts=WAITS)
