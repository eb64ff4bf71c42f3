"""Whose turn it is: by the state, or by facts that the row does not hold."""

from dataclasses import dataclass
from enum import StrEnum

import pytest
from aftercare_chassis.lifecycle import NOBODY, Lifecycle, Permission, Timeout, Transition
from aftercare_chassis.lifecycle.diagram import draw


class State(StrEnum):
    OPEN = "open"
    CHECKED = "checked"
    CLOSED = "closed"


class Action(StrEnum):
    CHECK = "check"
    CLOSE = "close"


@dataclass(frozen=True)
class Ticket:
    state: State


ANYBODY = Permission("anybody", frozenset({"agent"}))
TABLE: Lifecycle[State, Action] = Lifecycle(
    "ticket",
    initial=State.OPEN,
    transitions={
        (State.OPEN, Action.CHECK): Transition(State.CHECKED, ANYBODY),
        (State.CHECKED, Action.CLOSE): Transition(State.CLOSED, ANYBODY),
    },
    timeouts={
        State.OPEN: Timeout("agent"),
        State.CHECKED: Timeout("agent", turn_by=lambda _, answered: "agent" if answered else "buyer"),
    },
    ends={State.CLOSED},
)


@pytest.mark.parametrize(
    ("state", "answered", "turn"),
    [
        (State.OPEN, False, "agent"),
        (State.CHECKED, True, "agent"),
        (State.CHECKED, False, "buyer"),
        (State.CLOSED, True, NOBODY),
    ],
)
def test_whose_turn_it_is(state: State, answered: bool, turn: str) -> None:
    assert TABLE.whose_turn(Ticket(state), answered) == turn


def test_the_diagram_shows_whose_turn_it_is_and_where_facts_decide_it() -> None:
    assert [line.strip() for line in draw(TABLE).splitlines() if "note" in line] == [
        "note right of open: turn of agent",
        "note right of checked: turn of agent, or of another by the facts",
    ]
