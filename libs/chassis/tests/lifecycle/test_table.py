from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from aftercare_chassis.lifecycle import (
    NOT_IN_THIS_STATE,
    SYSTEM,
    ActionNotAllowed,
    Actor,
    Allowed,
    Guard,
    IllegalTransition,
    Permission,
    SystemContext,
    TableError,
    Timeout,
    Transition,
    compose,
)
from aftercare_chassis.lifecycle.diagram import draw
from aftercare_chassis.refusals import Refusal
from door_machine import (
    DOOR,
    ME,
    NOON,
    OWNER,
    SYSTEM_ONLY,
    TABLE,
    TIMEOUTS,
    YOU,
    Action,
    Door,
    Gate,
    State,
    StillPainted,
    at,
    composed,
)
from hypothesis import given
from hypothesis import strategies as st


def test_a_new_document_waits_from_its_first_state() -> None:
    door = DOOR.start(Door(), at())
    assert (door.state, door.whose_turn) == (State.OPEN, "owner")
    assert door.deadline_at == NOON + timedelta(hours=2)


def test_a_transition_sets_state_turn_and_deadline() -> None:
    shut = DOOR.apply(DOOR.start(Door(), at()), Action.CLOSE, at(1))
    assert (shut.state, shut.whose_turn, shut.updated_at) == (State.SHUT, "owner", NOON + timedelta(hours=1))
    assert shut.deadline_at == NOON + timedelta(hours=6)
    gone = DOOR.apply(shut, Action.REMOVE, at(2))
    assert (gone.state, gone.whose_turn, gone.deadline_at) == (State.GONE, "nobody", None)


def test_the_deadline_stays_with_the_state_unless_its_timer_fired() -> None:
    painted = DOOR.apply(DOOR.start(Door(), at()), Action.PAINT, at(1))
    assert (painted.deadline_at, painted.updated_at) == (NOON + timedelta(hours=2), NOON + timedelta(hours=1))
    shut = replace(Door(state=State.SHUT), deadline_at=NOON)
    reminded = DOOR.apply(shut, Action.REMIND, SystemContext.of(at(3)))
    assert (reminded.state, reminded.deadline_at) == (State.SHUT, NOON + timedelta(hours=8))


def test_a_row_without_turn_and_deadline_gets_its_state_alone() -> None:
    assert DOOR.apply(Gate(state=State.SHUT), Action.REOPEN, at()) == Gate(state=State.OPEN)


def test_a_history_target_goes_on_where_it_was() -> None:
    for before in (State.OPEN, State.SHUT):
        locked = DOOR.apply(Door(state=before), Action.LOCK, at())
        assert (locked.state, locked.locked_from, locked.deadline_at) == (State.LOCKED, before, None)
        unlocked = DOOR.apply(locked, Action.UNLOCK, at())
        assert (unlocked.state, unlocked.locked_from) == (before, None)
        assert unlocked.deadline_at is not None
    assert DOOR.apply(Door(state=State.LOCKED), Action.UNLOCK, at()).state is State.SHUT, "nothing was remembered"


def test_a_stored_state_is_cleared_where_nothing_goes_back_to_it() -> None:
    locked = DOOR.apply(Door(), Action.LOCK, at())
    removed = DOOR.apply(locked, Action.REMOVE, at())
    assert (locked.locked_from, removed.state, removed.locked_from) == (State.OPEN, State.GONE, None)


def test_what_happens_at_a_deadline_is_shown_where_there_is_one() -> None:
    opened = DOOR.start(Door(), at())
    assert DOOR.deadline_effect(opened) == "closed_by_timeout"
    assert DOOR.deadline_effect(DOOR.apply(opened, Action.LOCK, at())) is None


def test_a_row_may_change_what_is_remembered() -> None:
    relock = {(State.LOCKED, Action.LOCK): Transition(State.LOCKED, OWNER, (), "locked_from", State.SHUT)}
    table = composed(transitions={**TABLE, **relock})
    locked = table.apply(Door(), Action.LOCK, at())
    again = table.apply(locked, Action.LOCK, at(1))
    assert (locked.locked_from, again.state, again.locked_from) == (State.OPEN, State.LOCKED, State.SHUT)
    assert "locked --> locked: lock (owner, then shut)" in draw(table)


def test_an_action_can_exist_in_a_state_for_some_roles_alone() -> None:
    unseen = {(State.SHUT, Action.PAINT): Transition(State.SHUT, Permission(NOT_IN_THIS_STATE, frozenset({"system"})))}
    table, shut = composed(transitions={**TABLE, **unseen}), Door(state=State.SHUT)
    assert table.apply(shut, Action.PAINT, SystemContext.of(at())).state is State.SHUT
    with pytest.raises(IllegalTransition) as refused:
        table.apply(shut, Action.PAINT, at())
    assert refused.value.facts["allowed"] == ["reopen", "remove", "lock"]
    assert Allowed("paint", False, NOT_IN_THIS_STATE) in table.allowed(shut, ME)


def test_a_transition_names_the_cause_of_its_events() -> None:
    late = {(State.SHUT, Action.REMIND): Transition(State.SHUT, SYSTEM_ONLY, cause="owner_late")}
    table = composed(transitions={**TABLE, **late})
    assert table.cause(Door(state=State.SHUT), Action.REMIND) == "owner_late"
    for action in (Action.REOPEN, Action.UNLOCK):
        with pytest.raises(LookupError):
            table.cause(Door(state=State.SHUT), action)


def test_an_outcome_is_taken_and_neither_shown_nor_named_as_possible() -> None:
    fallen = {(State.SHUT, Action.PAINT): Transition(State.OPEN, OWNER, outcome_of=Action.REOPEN)}
    table, shut = composed(transitions={**TABLE, **fallen}), Door(state=State.SHUT)
    assert table.apply(shut, Action.PAINT, at()).state is State.OPEN
    assert table.permits(shut, Action.PAINT, ME)
    assert Allowed("paint", False, "outcome_of_reopen") in table.allowed(shut, ME)
    assert Allowed("paint", False, "owner_only") in table.allowed(shut, YOU)
    with pytest.raises(IllegalTransition) as refused:
        table.apply(shut, Action.CLOSE, at())
    assert refused.value.facts["allowed"] == ["reopen", "remove", "lock"]
    assert "shut --> open: paint (owner, as an outcome of reopen)" in draw(table)


def test_roles_are_not_those_of_outcomes() -> None:
    fallen = {(State.OPEN, Action.REMIND): Transition(State.SHUT, OWNER, outcome_of=Action.CLOSE)}
    assert composed(transitions={**TABLE, **fallen}).roles(Action.REMIND) == ()


def test_what_a_guard_always_refuses_is_not_named_as_possible() -> None:
    never = Guard("still_painted", lambda _, __: StillPainted(), always=True)
    table = composed(transitions={**TABLE, (State.SHUT, Action.PAINT): Transition(State.SHUT, OWNER, (never,))})
    assert table.possible(State.SHUT, ME.role) == [Action.REOPEN, Action.REMOVE, Action.LOCK]


def test_a_guard_of_some_roles_bars_them_alone() -> None:
    anyone = Permission("nobody", frozenset({ME.role, YOU.role}))
    mine = Guard("still_painted", lambda _, __: StillPainted(), roles=frozenset({ME.role}))
    table, shut = (
        composed(transitions={**TABLE, (State.SHUT, Action.PAINT): Transition(State.SHUT, anyone, (mine,))}),
        Door(state=State.SHUT),
    )
    with pytest.raises(StillPainted):
        table.apply(shut, Action.PAINT, at())
    assert table.apply(shut, Action.PAINT, at(actor=YOU)).state is State.SHUT
    assert [table.permits(shut, Action.PAINT, each) for each in (ME, YOU)] == [False, True]
    assert Allowed("paint", False, "still_painted") in table.allowed(shut, ME)
    assert Allowed("paint", True) in table.allowed(shut, YOU)
    assert f"unless still_painted for {ME.role}" in draw(table)


@given(st.sampled_from(State), st.sampled_from([ME, YOU]), st.booleans())
def test_what_is_shown_as_allowed_is_possible(state: State, actor: Actor, painted: bool) -> None:
    shown = [each.action for each in DOOR.allowed(Door(state=state, painted=painted), actor) if each.allowed]
    assert set(shown) <= set(DOOR.possible(state, actor.role))


def test_a_guard_bars_the_action_with_its_reason() -> None:
    wet = Door(painted=True)
    with pytest.raises(StillPainted):
        DOOR.apply(wet, Action.CLOSE, at())
    assert DOOR.apply(wet, Action.CLOSE, at(), facts="fan").state is State.SHUT
    assert Allowed("close", False, "still_painted") in DOOR.allowed(wet, ME)
    assert Allowed("close", True) in DOOR.allowed(wet, ME, facts="fan")


def test_an_action_without_a_row_is_refused_with_what_is_possible() -> None:
    with pytest.raises(IllegalTransition) as refused:
        DOOR.apply(Door(state=State.SHUT), Action.CLOSE, at())
    assert refused.value.facts == {"state": "shut", "action": "close", "allowed": ["reopen", "remove", "lock"]}
    assert refused.value.detail("zh-CN") == "当前状态（shut）下不能执行：close；可执行：reopen、remove、lock。"
    assert refused.value.detail("en") == "Not possible in this state (shut): close. Possible now: reopen, remove, lock."


def test_an_action_of_somebody_else_is_refused_with_the_reason() -> None:
    with pytest.raises(ActionNotAllowed) as refused:
        DOOR.apply(Door(), Action.CLOSE, at(actor=YOU))
    assert refused.value.facts["why_not"] == "owner_only"
    with pytest.raises(ActionNotAllowed):
        DOOR.apply(Door(state=State.SHUT), Action.REOPEN, at(actor=SYSTEM))


@given(st.sampled_from(State), st.sampled_from([ME, YOU, SYSTEM]), st.booleans(), st.sampled_from([None, "fan"]))
def test_allowed_agrees_with_apply(state: State, actor: Actor, painted: bool, facts: str | None) -> None:
    door = Door(state=state, painted=painted)
    for shown in DOOR.allowed(door, actor, facts):
        assert shown.allowed == _can(door, Action(shown.action), actor, facts)
        assert shown.allowed == DOOR.permits(door, Action(shown.action), actor, facts)
        assert (shown.why_not is None) == shown.allowed


def test_allowed_keeps_the_order_of_the_table() -> None:
    assert [(each.action, each.why_not) for each in DOOR.allowed(Door(), YOU)] == [
        ("close", "owner_only"),
        ("paint", "owner_only"),
        ("reopen", "not_in_this_state"),
        ("remind", "not_in_this_state"),
        ("remove", "not_in_this_state"),
        ("lock", "owner_only"),
        ("unlock", "not_in_this_state"),
    ]


def test_roles_are_those_of_people() -> None:
    assert DOOR.roles(Action.CLOSE) == ("owner",)
    assert DOOR.roles(Action.REMIND) == ()


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"timeouts": {**TIMEOUTS, State.SHUT: Timeout("owner", then=Action.REMOVE)}}, "shut has a timer"),
        ({"timeouts": {**TIMEOUTS, State.SHUT: Timeout("owner", then=Action.PAINT)}}, "shut has a timer"),
        ({"timeouts": {s: t for s, t in TIMEOUTS.items() if s is not State.SHUT}}, "shut is nobody's turn and no end"),
        ({"initial": State.GONE}, "locked, open, shut cannot be reached"),
        (
            {"transitions": {k: v for k, v in TABLE.items() if k[1] is not Action.REOPEN}, "initial": State.SHUT},
            "open cannot be reached",
        ),
        ({"timeouts": {**TIMEOUTS, State.GONE: Timeout("owner")}}, "gone is an end and still somebody's turn"),
        (
            {
                "transitions": {k: v for k, v in TABLE.items() if k[1] is not Action.REMOVE},
                "ends": (),
            },
            "has no way to an end",
        ),
    ],
)
def test_a_table_that_contradicts_itself_is_refused(changes: dict[str, Any], what: str) -> None:
    with pytest.raises(TableError, match=what):
        composed(**changes)


def test_two_fragments_may_not_have_the_same_row() -> None:
    one = {(State.OPEN, Action.CLOSE): Transition(State.SHUT, OWNER)}
    with pytest.raises(TableError, match="close in open"):
        compose(one, one)
    assert compose(one, {}) == one


def test_the_diagram_shows_every_row() -> None:
    diagram = draw(DOOR)
    assert diagram.startswith("stateDiagram-v2\n    [*] --> open\n")
    assert "    open --> shut: close (owner, system, unless still_painted) / after open_hours\n" in diagram
    assert "    locked --> open: unlock (owner, where it was before)\n" in diagram
    assert "    locked --> shut: unlock (owner, where it was before)\n" in diagram
    assert "    note right of open: turn of owner\n" in diagram
    assert "note right of gone" not in diagram
    assert diagram.endswith("    gone --> [*]\n")


def _can(door: Door, action: Action, actor: Actor, facts: object) -> bool:
    try:
        DOOR.apply(door, action, at(actor=actor), facts)
    except Refusal:
        return False
    return True
