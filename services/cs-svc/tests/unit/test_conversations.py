"""Whose turn it is in a conversation, when an answer is due and when the timer marks it as overdue."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from aftercare_chassis.lifecycle import SYSTEM, SystemContext
from cs_svc.domain import conversations
from cs_svc.domain.conversations import (
    CONVERSATION,
    AuthorRole,
    Conversation,
    ConversationAction,
    ConversationState,
    Turn,
)
from cs_svc.settings import Settings

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SETTINGS = Settings.model_construct(reply_hours=4)
DUE = NOW + timedelta(hours=4)
ANSWERED = Conversation(
    id="conv_1",
    version=2,
    state=ConversationState.OPEN,
    order_id=None,
    case_id=None,
    buyer_id="buyer-1",
    merchant_id=None,
    message_count=1,
    whose_turn=Turn.BUYER,
    created_at=NOW,
    updated_at=NOW,
)


def after(hours: float = 0) -> SystemContext:
    return SystemContext(NOW + timedelta(hours=hours), SETTINGS, SYSTEM)


ASKED = conversations.with_message(ANSWERED, AuthorRole.BUYER, after(0))


def test_a_buyers_message_is_due_to_be_answered_and_sets_the_timer() -> None:
    assert (ASKED.whose_turn, ASKED.answer_due_at, ASKED.deadline_at) == (Turn.SERVICE, DUE, DUE)
    assert ASKED.message_count == 2


def test_writing_again_does_not_postpone_the_answer() -> None:
    again = conversations.with_message(ASKED, AuthorRole.BUYER, after(3))
    assert (again.answer_due_at, again.deadline_at) == (DUE, DUE)


@pytest.mark.parametrize("author", [AuthorRole.SELLER, AuthorRole.AGENT])
def test_an_answer_stops_the_timer_and_makes_it_the_buyers_turn(author: AuthorRole) -> None:
    answered = conversations.with_message(ASKED, author, after(1))
    assert (answered.whose_turn, answered.answer_due_at, answered.deadline_at) == (Turn.BUYER, None, None)


def test_the_timer_marks_an_overdue_answer_once() -> None:
    assert CONVERSATION.due(ASKED, NOW + timedelta(hours=3)) is None
    assert CONVERSATION.due(ASKED, DUE) is ConversationAction.MARK_OVERDUE
    overdue = conversations.mark_overdue(ASKED, after(4))
    assert (overdue.state, overdue.whose_turn) == (ConversationState.OPEN, Turn.SERVICE)
    assert (overdue.answer_due_at, overdue.overdue_at, overdue.deadline_at) == (DUE, DUE, None)
    again = conversations.with_message(overdue, AuthorRole.BUYER, after(5))
    assert (again.answer_due_at, again.deadline_at) == (DUE, None)


def test_the_next_question_after_an_overdue_answer_sets_the_timer_again() -> None:
    overdue = conversations.mark_overdue(ASKED, after(4))
    answered = conversations.with_message(overdue, AuthorRole.AGENT, after(5))
    asked = conversations.with_message(answered, AuthorRole.BUYER, after(6))
    assert (asked.overdue_at, asked.deadline_at) == (DUE, NOW + timedelta(hours=10))


def test_no_answer_is_due_in_a_closed_conversation() -> None:
    closed = conversations.close(ASKED, SystemContext(NOW, SETTINGS, replace(SYSTEM, role="agent")))
    assert (closed.state, closed.closed_at) == (ConversationState.CLOSED, NOW)
    assert (closed.whose_turn, closed.answer_due_at, closed.deadline_at) == (None, None, None)
