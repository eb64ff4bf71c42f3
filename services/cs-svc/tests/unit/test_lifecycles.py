"""Every transition of the three tables, and everything that is not in them, for every role."""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import pytest
from aftercare_chassis.lifecycle import (
    SYSTEM,
    ActionNotAllowed,
    Actor,
    IllegalTransition,
    Lifecycle,
    SystemContext,
)
from aftercare_chassis.lifecycle.diagram import draw
from cs_svc import main
from cs_svc.domain.complaints import COMPLAINT
from cs_svc.domain.conversations import CONVERSATION
from cs_svc.domain.feedback import FEEDBACK
from cs_svc.domain.routing.agents import AGENT
from cs_svc.domain.routing.queue import QUEUE_ENTRY
from cs_svc.settings import Settings

Table = Lifecycle[Any, Any]
ROLES = ("buyer", "seller", "agent", "arbitrator", "supplier", "courier", "admin", "system")

ROWS: dict[str, dict[tuple[str, str], tuple[str, set[str]]]] = {
    CONVERSATION.name: {
        ("open", "post"): ("open", {"buyer", "seller", "agent"}),
        ("open", "assign"): ("open", {"agent"}),
        ("open", "close"): ("closed", {"buyer", "agent"}),
        ("closed", "post"): ("open", {"buyer", "agent"}),
        ("closed", "reopen"): ("open", {"agent"}),
        ("open", "transfer"): ("open", {"agent"}),
        ("open", "merge"): ("closed", {"agent"}),
        ("closed", "merge"): ("closed", {"agent"}),
        ("open", "split"): ("open", {"agent"}),
        ("open", "tag"): ("open", {"agent"}),
        ("closed", "tag"): ("closed", {"agent"}),
        ("open", "snooze"): ("open", {"agent"}),
        ("open", "wake"): ("open", {"agent", "system"}),
        ("open", "notify"): ("open", {"system"}),
        ("closed", "notify"): ("closed", {"system"}),
        ("open", "mark_overdue"): ("open", {"system"}),
        ("open", "answer_by_bot"): ("open", {"system"}),
        ("open", "switch_bot"): ("open", {"agent"}),
        ("open", "refer"): ("open", {"agent", "seller"}),
        ("open", "serve"): ("open", {"system"}),
    },
    COMPLAINT.name: {
        ("open", "answer"): ("answered", {"agent"}),
        ("open", "resolve"): ("resolved", {"agent"}),
        ("open", "escalate"): ("escalated", {"system"}),
        ("open", "mark_overdue"): ("open", {"system"}),
        ("open", "separate"): ("open", {"agent"}),
        ("open", "merge"): ("resolved", {"agent"}),
        ("answered", "answer"): ("answered", {"agent"}),
        ("answered", "resolve"): ("resolved", {"agent"}),
        ("answered", "separate"): ("answered", {"agent"}),
        ("answered", "merge"): ("resolved", {"agent"}),
        ("answered", "escalate"): ("escalated", {"system"}),
        ("answered", "mark_overdue"): ("answered", {"system"}),
        ("escalated", "answer"): ("escalated", {"agent"}),
        ("escalated", "separate"): ("escalated", {"agent"}),
        ("escalated", "conclude"): ("resolved", {"system"}),
        ("resolved", "escalate"): ("resolved", {"system"}),
    },
    FEEDBACK.name: {
        ("open", "answer"): ("answered", {"agent"}),
        ("answered", "improve"): ("improved", {"agent"}),
    },
    AGENT.name: {
        ("offline", "come_online"): ("online", {"agent", "admin"}),
        ("online", "come_online"): ("online", {"agent", "admin"}),
        ("away", "come_online"): ("online", {"agent", "admin"}),
        ("online", "go_away"): ("away", {"agent", "admin"}),
        ("away", "go_away"): ("away", {"agent", "admin"}),
        ("online", "go_offline"): ("offline", {"agent", "admin"}),
        ("away", "go_offline"): ("offline", {"agent", "admin"}),
        ("online", "expire"): ("offline", {"system"}),
        ("away", "expire"): ("offline", {"system"}),
    },
}


@dataclass(frozen=True)
class Document:
    """Any document in this state, in which no answer is due and which is put off."""

    state: StrEnum
    answer_due_at: datetime | None = None
    next_due_at: datetime | None = None
    seen_until: datetime | None = None
    overdue_at: datetime | None = None
    snoozed_until: datetime | None = datetime(2026, 3, 9, tzinfo=UTC)
    merged_into: str | None = None


def attempts(lifecycle: Table) -> list[tuple[StrEnum, StrEnum, str]]:
    """Each state with each action that is taken by its own name, and each role."""
    states = type(next(iter(lifecycle.transitions))[0])
    actions = type(next(iter(lifecycle.transitions))[1])
    decided = {action for (_, action), row in lifecycle.transitions.items() if row.outcome_of is not None}
    return [(state, action, role) for state in states for action in actions for role in ROLES if action not in decided]


EACH = pytest.mark.parametrize("lifecycle", [CONVERSATION, COMPLAINT, FEEDBACK, AGENT], ids=lambda each: each.name)


def context(role: str) -> SystemContext:
    actor = SYSTEM if role == "system" else Actor("somebody", role)
    return SystemContext(datetime(2026, 3, 2, tzinfo=UTC), Settings.model_construct(), actor)


@EACH
def test_only_the_transitions_of_the_table_are_possible(lifecycle: Table) -> None:
    for state, action, role in attempts(lifecycle):
        document, row = Document(state), ROWS[lifecycle.name].get((state.value, action.value))
        if row is None:
            with pytest.raises(IllegalTransition) as illegal:
                lifecycle.apply(document, action, context(role))
            assert illegal.value.facts["allowed"] == allowed_now(lifecycle, state, role), (state, action, role)
        elif role not in row[1]:
            with pytest.raises(ActionNotAllowed) as not_allowed:
                lifecycle.apply(document, action, context(role))
            assert str(not_allowed.value.facts["why_not"]).endswith("_only"), (state, action, role)
        else:
            assert lifecycle.apply(document, action, context(role)).state == row[0], (state, action, role)


def allowed_now(lifecycle: Table, state: StrEnum, role: str) -> list[str]:
    return [action for (at, action), (_, roles) in ROWS[lifecycle.name].items() if at == state and role in roles]


@EACH
def test_allowed_actions_are_those_of_the_table(lifecycle: Table) -> None:
    for state, action, role in attempts(lifecycle):
        allowed = lifecycle.allowed(Document(state), Actor("somebody", role))
        shown = {each.action: each for each in allowed}[action.value]
        assert shown.allowed == (action.value in allowed_now(lifecycle, state, role)), (state, action, role)
        assert (shown.why_not is None) == shown.allowed, (state, action, role)


@EACH
def test_the_hours_of_each_timeout_are_settings(lifecycle: Table) -> None:
    named = {timeout.hours for timeout in lifecycle.timeouts.values() if timeout.hours}
    assert named <= set(Settings.model_fields)


def test_an_unresolved_complaint_is_somebodys_turn() -> None:
    assert {state.value: timeout.turn for state, timeout in COMPLAINT.timeouts.items()} == {
        "open": "agent",
        "answered": "agent",
        "escalated": "dispute",
    }


@pytest.mark.parametrize(
    ("lifecycle", "timer"),
    [
        (CONVERSATION, main.deadlines.conversation_timer),
        (COMPLAINT, main.deadlines.complaint_timer),
        (AGENT, main.deadlines.agent_timer),
        (QUEUE_ENTRY, main.deadlines.queue_timer),
    ],
)
def test_every_timer_has_a_command(lifecycle: Any, timer: Any) -> None:
    assert {timeout.then for timeout in lifecycle.timeouts.values()} - {None} == timer.actions


def test_the_diagrams_show_the_timers() -> None:
    assert "open --> open: mark_overdue (system) / at next_due_at, unless" in draw(COMPLAINT)
    assert "open --> open: mark_overdue (system) / at answer_due_at, unless" in draw(CONVERSATION)
