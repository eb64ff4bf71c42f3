"""Judgement without a database: what a complaint is about, whose turn it is, when a case may be rated."""

from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256

from cs_svc.domain.errors import CaseNotCompleted, CaseOfOtherOrder
from cs_svc.domain.model import AuthorRole, Conversation, KnownCase, KnownOrder, Rating, Scores, Subject, Turn

ENDED = frozenset({"completed", "closed", "cancelled"})
"""The states of a case in which both sides know how it ended."""


def digest(text: str) -> str:
    """The hash of a text as it stands in events, so that the text itself can stay here."""
    return f"sha256:{sha256(text.encode()).hexdigest()}"


def about_case(case: KnownCase, order_id: str | None) -> Subject:
    """The case as a subject; CaseOfOtherOrder where the order given beside it is not the case's."""
    if order_id is not None and order_id != case.order_id:
        raise CaseOfOtherOrder(pointer="/case_id")
    return Subject(order_id=case.order_id, case_id=case.id, buyer_id=case.buyer_id, merchant_id=case.merchant_id)


def about_order(order: KnownOrder) -> Subject:
    """The order itself as a subject."""
    return Subject(order_id=order.id, case_id=None, buyer_id=order.buyer_id, merchant_id=order.merchant_id)


def rateable(case: KnownCase) -> None:
    """CaseNotCompleted while the case may still turn out either way."""
    if case.state not in ENDED:
        raise CaseNotCompleted(state=case.state, awaits=case.id)


def spoken(conversation: Conversation, author: AuthorRole, now: datetime, reply_hours: float) -> Conversation:
    """The conversation with one more message: a buyer's starts the clock of an answer, an answer stops it."""
    longer = replace(conversation, message_count=conversation.message_count + 1, updated_at=now)
    match author:
        case AuthorRole.SYSTEM:
            return longer
        case AuthorRole.BUYER:
            # The first unanswered message counts: asking again must not push the answer back.
            due = conversation.answer_due_at or now + timedelta(hours=reply_hours)
            return replace(longer, whose_turn=Turn.SERVICE, answer_due_at=due)
        case _:
            return replace(longer, whose_turn=Turn.BUYER, answer_due_at=None)


def scores_of(rating: Rating) -> Scores:
    """What a rating says, apart from its text."""
    return Scores(service=rating.service, helpfulness=rating.helpfulness, refund=rating.refund, speed=rating.speed)
