"""The fields that the events of an aggregate have in common, built from its row."""

from dataclasses import asdict
from typing import TypedDict, overload

from aftercare_chassis.database.transaction import Transaction
from aftercare_events import TraceFields, digest

from cs_svc.domain.complaints import Complaint
from cs_svc.domain.conversations import Conversation
from cs_svc.domain.feedback import Feedback
from cs_svc.domain.ratings import Rating, scores_of

ANONYMOUS = "anonymous"
"""The affected party of feedback that came over a group or a text message from nobody we know."""


class ConversationFields(TraceFields):
    """What every event of a conversation holds."""

    conversation_id: str
    order_id: str | None
    case_id: str | None
    buyer_id: str
    merchant_id: str | None


class ComplaintFields(TraceFields):
    """What every event of a complaint holds."""

    complaint_id: str
    channel: str
    order_id: str
    case_id: str | None
    buyer_id: str
    merchant_id: str
    state: str


class FeedbackFields(TraceFields):
    """What every event of feedback holds."""

    feedback_id: str
    channel: str
    order_id: str | None
    case_id: str | None


class RatingFields(TraceFields):
    """What every event of a rating holds."""

    rating_id: str
    case_id: str
    order_id: str
    buyer_id: str
    merchant_id: str
    scores: dict[str, int]


class TextFields(TypedDict):
    """What an event holds of a text that is kept in this database."""

    text_hash: str
    evidence: tuple[str, ...]


@overload
def event_fields(tx: Transaction, row: Conversation) -> ConversationFields: ...
@overload
def event_fields(tx: Transaction, row: Complaint) -> ComplaintFields: ...
@overload
def event_fields(tx: Transaction, row: Feedback) -> FeedbackFields: ...
@overload
def event_fields(tx: Transaction, row: Rating) -> RatingFields: ...


def event_fields(
    tx: Transaction, row: Conversation | Complaint | Feedback | Rating
) -> ConversationFields | ComplaintFields | FeedbackFields | RatingFields:
    """The fields of the traceability record and the ids of the row."""
    match row:
        case Conversation():
            return _of_conversation(tx, row)
        case Complaint():
            return _of_complaint(tx, row)
        case Feedback():
            return _of_feedback(tx, row)
        case Rating():
            return _of_rating(tx, row)


def text_fields(text: str) -> TextFields:
    """The hash of a text, which is also the event's evidence."""
    text_hash = digest(text)
    return TextFields(text_hash=text_hash, evidence=(text_hash,))


def _trace(tx: Transaction, party: str, result: str) -> TraceFields:
    return TraceFields(affected_party=party, applicant=party, handler=tx.actor.id, time=tx.now, result=result)


def _of_conversation(tx: Transaction, conversation: Conversation) -> ConversationFields:
    return ConversationFields(
        **_trace(tx, conversation.buyer_id, conversation.state),
        conversation_id=conversation.id,
        order_id=conversation.order_id,
        case_id=conversation.case_id,
        buyer_id=conversation.buyer_id,
        merchant_id=conversation.merchant_id,
    )


def _of_complaint(tx: Transaction, complaint: Complaint) -> ComplaintFields:
    return ComplaintFields(
        **_trace(tx, complaint.buyer_id, complaint.state),
        complaint_id=complaint.id,
        channel=complaint.channel,
        order_id=complaint.order_id,
        case_id=complaint.case_id,
        buyer_id=complaint.buyer_id,
        merchant_id=complaint.merchant_id,
        state=complaint.state,
    )


def _of_feedback(tx: Transaction, feedback: Feedback) -> FeedbackFields:
    return FeedbackFields(
        **_trace(tx, feedback.buyer_id or feedback.merchant_id or ANONYMOUS, feedback.state),
        feedback_id=feedback.id,
        channel=feedback.channel,
        order_id=feedback.order_id,
        case_id=feedback.case_id,
    )


def _of_rating(tx: Transaction, rating: Rating) -> RatingFields:
    # A rating has no states: version 0 is a new one.
    return RatingFields(
        **_trace(tx, rating.buyer_id, "changed" if rating.version else "given"),
        rating_id=rating.id,
        case_id=rating.case_id,
        order_id=rating.order_id,
        buyer_id=rating.buyer_id,
        merchant_id=rating.merchant_id,
        scores=asdict(scores_of(rating)),
    )
