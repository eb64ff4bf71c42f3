from enum import StrEnum

import pytest
from aftercare_chassis.lifecycle import SYSTEM, Actor, Allowed, IllegalMove, Lifecycle, Move, NotYours, Side, Wait


class State(StrEnum):
    OPEN = "open"
    SHUT = "shut"
    GONE = "gone"


class Action(StrEnum):
    CLOSE = "close"
    REOPEN = "reopen"
    REMOVE = "remove"


OWNER = Side("owner_only", frozenset({"owner"}))
OWNER_OR_TIMER = Side("owner_only", frozenset({"owner", "system"}))
MOVES = {
    (State.OPEN, Action.CLOSE): Move(State.SHUT, OWNER_OR_TIMER),
    (State.SHUT, Action.REOPEN): Move(State.OPEN, OWNER),
    (State.SHUT, Action.REMOVE): Move(State.GONE, OWNER),
}
WAITS = {State.OPEN: Wait[Action]("owner", hours="open_hours", then=Action.CLOSE, effect="closed_by_timeout")}
DOOR = Lifecycle("door", MOVES, WAITS)
ME, YOU = Actor("me", "owner"), Actor("you", "guest")


def test_a_move_leads_where_the_table_says() -> None:
    assert DOOR.move(State.OPEN, Action.CLOSE, ME) is State.SHUT
    assert DOOR.move(State.OPEN, Action.CLOSE, SYSTEM) is State.SHUT


def test_a_move_without_a_row_is_refused_with_what_is_possible() -> None:
    with pytest.raises(IllegalMove) as refused:
        DOOR.move(State.SHUT, Action.CLOSE, ME)
    assert refused.value.facts == {"state": "shut", "action": "close", "allowed": ["reopen", "remove"]}
    assert refused.value.detail("zh-CN") == "状态 shut 下不能执行 close；当前可执行：reopen、remove。"
    assert refused.value.detail("en") == "close is not possible in state shut; possible now: reopen, remove."


def test_a_move_of_somebody_else_is_refused_with_the_reason() -> None:
    with pytest.raises(NotYours) as refused:
        DOOR.move(State.OPEN, Action.CLOSE, YOU)
    assert refused.value.facts["why_not"] == "owner_only"
    with pytest.raises(NotYours):
        DOOR.move(State.SHUT, Action.REOPEN, SYSTEM)


def test_allowed_says_the_same_as_move() -> None:
    for state in State:
        for actor in (ME, YOU, SYSTEM):
            for shown in DOOR.allowed(state, actor):
                assert shown.allowed == _can(state, Action(shown.action), actor)
                assert (shown.why_not is None) == shown.allowed


def test_allowed_keeps_the_order_of_the_table() -> None:
    assert DOOR.allowed(State.OPEN, YOU) == [
        Allowed("close", False, "owner_only"),
        Allowed("reopen", False, "not_in_this_state"),
        Allowed("remove", False, "not_in_this_state"),
    ]


def test_a_state_without_a_way_out_is_final() -> None:
    assert [state for state in State if DOOR.final(state)] == [State.GONE]
    assert DOOR.wait(State.OPEN) == WAITS[State.OPEN]
    assert DOOR.wait(State.GONE) is None


def test_a_timer_must_be_in_the_table() -> None:
    with pytest.raises(ValueError, match="door: the timer of shut takes remove"):
        Lifecycle("door", MOVES, {State.SHUT: Wait("owner", then=Action.REMOVE)})


def test_the_diagram_shows_every_row() -> None:
    diagram = DOOR.diagram()
    assert diagram.startswith("stateDiagram-v2\n    [*] --> open\n")
    assert "    open --> shut: close (owner, system) / after open_hours\n" in diagram
    assert diagram.endswith("    gone --> [*]\n")


def _can(state: State, action: Action, actor: Actor) -> bool:
    try:
        DOOR.move(state, action, actor)
    except (IllegalMove, NotYours):
        return False
    return True
