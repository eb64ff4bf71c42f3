"""Every row of the three tables, and every move that is not in them, for every role."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import pytest
from aftercare_chassis.lifecycle import SYSTEM, ActionNotAllowed, Actor, IllegalTransition, Lifecycle
from cs_svc.domain.lifecycle import COMPLAINT, CONVERSATION, FEEDBACK
from cs_svc.settings import Settings

Table = Lifecycle[Any, Any]
ROLES = ("buyer", "seller", "agent", "arbitrator", "supplier", "courier", "admin", "system")

ROWS: dict[str, dict[tuple[str, str], tuple[str, set[str]]]] = {
    CONVERSATION.name: {
        ("open", "post"): ("open", {"buyer", "seller", "agent"}),
        ("open", "assign"): ("open", {"agent"}),
        ("open", "close"): ("closed", {"buyer", "agent"}),
        ("open", "notify"): ("open", {"system"}),
        ("closed", "post"): ("open", {"buyer", "agent"}),
        ("closed", "notify"): ("closed", {"system"}),
    },
    COMPLAINT.name: {
        ("open", "answer"): ("answered", {"agent"}),
        ("open", "resolve"): ("resolved", {"agent"}),
        ("open", "escalate"): ("escalated", {"system"}),
        ("answered", "answer"): ("answered", {"agent"}),
        ("answered", "resolve"): ("resolved", {"agent"}),
        ("answered", "escalate"): ("escalated", {"system"}),
        ("escalated", "answer"): ("escalated", {"agent"}),
        ("escalated", "conclude"): ("resolved", {"system"}),
        ("resolved", "escalate"): ("resolved", {"system"}),
    },
    FEEDBACK.name: {
        ("open", "answer"): ("answered", {"agent"}),
        ("answered", "improve"): ("improved", {"agent"}),
    },
}


@dataclass(frozen=True)
class At:
    """Any document in this state."""

    state: StrEnum


def every_try(lifecycle: Table) -> list[tuple[StrEnum, StrEnum, str]]:
    """Each state, action and role that the document knows."""
    states = type(next(iter(lifecycle.transitions))[0])
    actions = type(next(iter(lifecycle.transitions))[1])
    return [(state, action, role) for state in states for action in actions for role in ROLES]


EVERY_TRY = [
    pytest.param(lifecycle, *each, id="-".join((lifecycle.name, *each)))
    for lifecycle in (CONVERSATION, COMPLAINT, FEEDBACK)
    for each in every_try(lifecycle)
]


@pytest.mark.parametrize(("lifecycle", "state", "action", "role"), EVERY_TRY)
def test_a_move_leads_where_the_table_says_and_nowhere_else(
    lifecycle: Table, state: StrEnum, action: StrEnum, role: str
) -> None:
    actor = SYSTEM if role == "system" else Actor("somebody", role)
    row = ROWS[lifecycle.name].get((state.value, action.value))
    if row is None:
        with pytest.raises(IllegalTransition) as illegal:
            lifecycle.move(state, action, actor)
        assert illegal.value.facts["allowed"] == allowed_now(lifecycle, state, role)
    elif role not in row[1]:
        with pytest.raises(ActionNotAllowed) as not_yours:
            lifecycle.move(state, action, actor)
        assert str(not_yours.value.facts["why_not"]).endswith("_only")
    else:
        assert lifecycle.move(state, action, actor) == row[0]


def allowed_now(lifecycle: Table, state: StrEnum, role: str) -> list[str]:
    return [action for (at, action), (_, roles) in ROWS[lifecycle.name].items() if at == state and role in roles]


@pytest.mark.parametrize(("lifecycle", "state", "action", "role"), EVERY_TRY)
def test_what_is_shown_as_allowed_is_what_works(lifecycle: Table, state: StrEnum, action: StrEnum, role: str) -> None:
    shown = {each.action: each for each in lifecycle.allowed(At(state), Actor("somebody", role))}[action.value]
    assert shown.allowed == (action.value in allowed_now(lifecycle, state, role))
    assert (shown.why_not is None) == shown.allowed


@pytest.mark.parametrize("lifecycle", [CONVERSATION, COMPLAINT, FEEDBACK], ids=lambda each: each.name)
def test_the_hours_of_each_wait_are_settings(lifecycle: Table) -> None:
    named = {wait.hours for wait in lifecycle.timeouts.values() if wait.hours}
    assert named <= set(Settings.model_fields)


def test_open_documents_say_whose_turn_it_is() -> None:
    assert {state.value: wait.turn for state, wait in COMPLAINT.timeouts.items()} == {
        "open": "agent",
        "answered": "agent",
        "escalated": "dispute",
    }


def test_the_table_prints_its_diagram() -> None:
    assert "open --> escalated: escalate (system)" in COMPLAINT.diagram()
