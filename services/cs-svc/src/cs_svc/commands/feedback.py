"""Feedback 反馈: receive it, answer it, and record what was improved because of it."""

from dataclasses import replace

from aftercare_chassis.database.transaction import Transaction
from aftercare_events import FeedbackAnswered, FeedbackImproved, FeedbackReceived

from cs_svc.commands import order_references
from cs_svc.commands.record import feedback_fields, text_fields
from cs_svc.domain.feedback import FEEDBACK as LIFECYCLE
from cs_svc.domain.feedback import Feedback, FeedbackAction, FeedbackChannel, Sentiment
from cs_svc.domain.orders import OrderReference
from cs_svc.domain.sentiment import sentiment_of
from cs_svc.settings import Settings
from cs_svc.tables.feedback import FEEDBACK


async def receive(
    tx: Transaction[Settings],
    *,
    channel: FeedbackChannel,
    text: str,
    source: str | None,
    order_id: str | None,
    case_id: str | None,
) -> Feedback:
    """Store the feedback of a buyer or a merchant, or what an agent writes down of what came over a channel.

    Raises:
        CaseUnknown, OrderUnknown, CaseOfOtherOrder: see `order_references.resolve`.
    """
    reference = await order_references.resolve(tx, order_id, case_id)
    received = _new(tx, reference, channel=channel, text=text, source=source)
    return await tx.create(FEEDBACK, received, FeedbackReceived(**feedback_fields(tx, received), **text_fields(text)))


def _new(
    tx: Transaction[Settings],
    reference: OrderReference | None,
    *,
    channel: FeedbackChannel,
    text: str,
    source: str | None,
) -> Feedback:
    feedback = Feedback(
        id=tx.new_id("fb"),
        version=0,
        state=LIFECYCLE.initial,
        channel=channel,
        source=source,
        suggested_sentiment=sentiment_of(text),
        order_id=reference.order_id if reference else None,
        case_id=reference.case_id if reference else None,
        buyer_id=_buyer(tx, reference),
        merchant_id=reference.merchant_id if reference else tx.actor.tenant,
        recorded_by=tx.actor.id,
        text=text,
        created_at=tx.now,
        updated_at=tx.now,
    )
    return LIFECYCLE.start(feedback, tx)


async def answer(
    tx: Transaction[Settings], feedback_id: str, *, text: str, sentiment: Sentiment | None = None
) -> Feedback:
    """Answer the feedback; the actor owns it from then on.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed: see LIFECYCLE.
    """
    feedback = LIFECYCLE.apply(await tx.lock(FEEDBACK, feedback_id), FeedbackAction.ANSWER, tx)
    answered = replace(feedback, answer=text, sentiment=sentiment, owner_id=tx.actor.id)
    return await tx.save(FEEDBACK, answered, FeedbackAnswered(**feedback_fields(tx, answered), **text_fields(text)))


async def improve(tx: Transaction[Settings], feedback_id: str, *, text: str) -> Feedback:
    """Record what was improved because of the feedback.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed: see LIFECYCLE.
    """
    feedback = LIFECYCLE.apply(await tx.lock(FEEDBACK, feedback_id), FeedbackAction.IMPROVE, tx)
    improved = replace(feedback, improvement=text, owner_id=tx.actor.id)
    return await tx.save(FEEDBACK, improved, FeedbackImproved(**feedback_fields(tx, improved), **text_fields(text)))


def _buyer(tx: Transaction[Settings], reference: OrderReference | None) -> str | None:
    """The buyer who sees the feedback: never one whose case a merchant reports on."""
    match tx.actor.role:
        case "buyer":
            return tx.actor.id
        case "agent":
            return reference.buyer_id if reference else None
        case _:
            return None
