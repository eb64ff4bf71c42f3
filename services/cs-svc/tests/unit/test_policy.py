"""Judgement without a database."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cs_svc.domain import policy
from cs_svc.domain.errors import CaseNotCompleted, CaseOfOtherOrder
from cs_svc.domain.model import AuthorRole, Conversation, ConversationState, KnownCase, KnownOrder, Turn

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
CASE = KnownCase(id="case_1", order_id="ord_1", buyer_id="buyer-1", merchant_id="m-1", state="pending_review")


def conversation(**fields: Any) -> Conversation:
    known: dict[str, Any] = {
        "id": "conv_1",
        "version": 2,
        "state": ConversationState.OPEN,
        "order_id": None,
        "case_id": None,
        "buyer_id": "buyer-1",
        "merchant_id": None,
        "agent_id": None,
        "message_count": 1,
        "whose_turn": Turn.BUYER,
        "answer_due_at": None,
        "created_at": NOW,
        "updated_at": NOW,
        "closed_at": None,
    }
    return Conversation(**{**known, **fields})


def test_a_digest_names_the_text_without_showing_it() -> None:
    assert policy.digest("漏水") == policy.digest("漏水")
    assert policy.digest("漏水") != policy.digest("漏水。")
    assert policy.digest("x").startswith("sha256:")
    assert len(policy.digest("x")) == len("sha256:") + 64


@pytest.mark.parametrize("order_id", [None, "ord_1"])
def test_a_case_is_about_its_own_order(order_id: str | None) -> None:
    subject = policy.about_case(CASE, order_id)
    assert (subject.order_id, subject.case_id, subject.buyer_id, subject.merchant_id) == (
        "ord_1",
        "case_1",
        "buyer-1",
        "m-1",
    )


def test_a_case_beside_another_order_is_refused() -> None:
    with pytest.raises(CaseOfOtherOrder) as refused:
        policy.about_case(CASE, "ord_2")
    assert refused.value.pointer == "/case_id"


def test_an_order_is_a_subject_without_a_case() -> None:
    order = KnownOrder(id="ord_1", buyer_id="buyer-1", merchant_id="m-1", state="paid")
    assert policy.about_order(order).case_id is None


@pytest.mark.parametrize("state", ["completed", "closed", "cancelled"])
def test_an_ended_case_may_be_rated(state: str) -> None:
    policy.rateable(KnownCase(id="c", order_id="o", buyer_id="b", merchant_id="m", state=state))


@pytest.mark.parametrize("state", ["pending_review", "refunding", "disputed", "rejected", "a_state_of_tomorrow"])
def test_a_case_that_goes_on_may_not_be_rated(state: str) -> None:
    with pytest.raises(CaseNotCompleted) as refused:
        policy.rateable(KnownCase(id="c", order_id="o", buyer_id="b", merchant_id="m", state=state))
    assert refused.value.facts == {"state": state}


def test_a_buyer_waits_from_the_first_unanswered_message_on() -> None:
    asked = policy.spoken(conversation(), AuthorRole.BUYER, NOW, 4)
    again = policy.spoken(asked, AuthorRole.BUYER, NOW + timedelta(hours=3), 4)
    assert again.answer_due_at == NOW + timedelta(hours=4)
    assert (again.whose_turn, again.message_count) == (Turn.SERVICE, 3)


@pytest.mark.parametrize("author", [AuthorRole.SELLER, AuthorRole.AGENT])
def test_an_answer_ends_the_waiting(author: AuthorRole) -> None:
    asked = policy.spoken(conversation(), AuthorRole.BUYER, NOW, 4)
    answered = policy.spoken(asked, author, NOW + timedelta(hours=1), 4)
    assert (answered.whose_turn, answered.answer_due_at) == (Turn.BUYER, None)


def test_the_system_answers_nobody() -> None:
    asked = policy.spoken(conversation(), AuthorRole.BUYER, NOW, 4)
    told = policy.spoken(asked, AuthorRole.SYSTEM, NOW + timedelta(hours=1), 4)
    assert (told.whose_turn, told.answer_due_at) == (asked.whose_turn, asked.answer_due_at)
    assert told.message_count == asked.message_count + 1
