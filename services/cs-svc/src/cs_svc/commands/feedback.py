"""Feedback 反馈: take it in over any channel, answer it, and say what was made better."""

from dataclasses import replace

from aftercare_chassis.database.transaction import Transaction
from aftercare_events import FeedbackAnswered, FeedbackImproved, FeedbackReceived, TraceFields

from cs_svc.commands import subjects
from cs_svc.domain import policy
from cs_svc.domain.lifecycle import FEEDBACK as LIFECYCLE
from cs_svc.domain.lifecycle import FeedbackAction
from cs_svc.domain.model import Feedback, FeedbackChannel, FeedbackState, Sentiment
from cs_svc.tables import FEEDBACK

ANONYMOUS = "anonymous"
"""Whom feedback concerns when it came over a group or a text message and nobody knows from whom."""


async def receive(
    tx: Transaction,
    *,
    channel: FeedbackChannel,
    text: str,
    source: str | None,
    order_id: str | None,
    case_id: str | None,
) -> Feedback:
    """Keep what a buyer or a merchant tells us, or what an agent writes down of what came over a channel.

    What a merchant says of a case is not shown to its buyer.
    """
    subject = await subjects.find(tx, order_id, case_id)
    buyer_id, merchant_id = (subject.buyer_id, subject.merchant_id) if subject else (None, tx.actor.tenant)
    if tx.actor.role != "agent":
        buyer_id = tx.actor.id if tx.actor.role == "buyer" else None
    feedback = Feedback(
        id=tx.new_id("fb"),
        version=0,
        state=FeedbackState.OPEN,
        channel=channel,
        source=source,
        sentiment=None,
        order_id=subject.order_id if subject else None,
        case_id=subject.case_id if subject else None,
        buyer_id=buyer_id,
        merchant_id=merchant_id,
        recorded_by=tx.actor.id,
        owner_id=None,
        text=text,
        answer=None,
        improvement=None,
        created_at=tx.now,
        updated_at=tx.now,
    )
    return await tx.create(FEEDBACK, feedback, FeedbackReceived(**about(tx, feedback, text)))


async def answer(tx: Transaction, feedback_id: str, text: str, sentiment: Sentiment | None) -> Feedback:
    """Answer it; who answers owns it from then on."""
    feedback = await tx.lock(FEEDBACK, feedback_id)
    state = LIFECYCLE.move(feedback.state, FeedbackAction.ANSWER, tx.actor)
    answered = replace(feedback, state=state, answer=text, sentiment=sentiment, owner_id=tx.actor.id, updated_at=tx.now)
    return await tx.save(FEEDBACK, answered, FeedbackAnswered(**about(tx, answered, text)))


async def improve(tx: Transaction, feedback_id: str, text: str) -> Feedback:
    """Say what was made better because of it."""
    feedback = await tx.lock(FEEDBACK, feedback_id)
    state = LIFECYCLE.move(feedback.state, FeedbackAction.IMPROVE, tx.actor)
    improved = replace(feedback, state=state, improvement=text, owner_id=tx.actor.id, updated_at=tx.now)
    return await tx.save(FEEDBACK, improved, FeedbackImproved(**about(tx, improved, text)))


class About(TraceFields):
    """What every event of feedback says; `evidence` is the hash of what was said just now."""

    feedback_id: str
    channel: str
    order_id: str | None
    case_id: str | None
    text_hash: str
    evidence: tuple[str, ...]


def about(tx: Transaction, feedback: Feedback, said: str) -> About:
    """Five of the six answers (the matter is the event's own) and the feedback they belong to."""
    text_hash = policy.digest(said)
    speaker = feedback.buyer_id or feedback.merchant_id or ANONYMOUS
    return About(
        affected_party=speaker,
        applicant=speaker,
        handler=tx.actor.id,
        time=tx.now,
        result=feedback.state,
        feedback_id=feedback.id,
        channel=feedback.channel,
        order_id=feedback.order_id,
        case_id=feedback.case_id,
        text_hash=text_hash,
        evidence=(text_hash,),
    )
