"""The fields that the events of a conversation, a complaint, feedback or a rating have in common."""

from dataclasses import asdict
from typing import TypedDict

from aftercare_chassis.database.transaction import Transaction
from aftercare_events import TraceFields, digest, trace_fields

from cs_svc.domain.attachments import ATTACHMENT, Attachment
from cs_svc.domain.calls import Call
from cs_svc.domain.complaints import Complaint
from cs_svc.domain.conversations import Conversation
from cs_svc.domain.feedback import Feedback
from cs_svc.domain.identities import Identity
from cs_svc.domain.ratings import Rating, scores_of
from cs_svc.domain.referrals import Referral

ANONYMOUS = "anonymous"
"""The affected party of feedback that came over a group or a text message from nobody we know."""


class ConversationFields(TraceFields):
    """What every event of a conversation holds."""

    conversation_id: str
    order_id: str | None
    case_id: str | None
    buyer_id: str
    merchant_id: str | None


class AttachmentFields(TraceFields):
    """What every event of a file in a conversation holds."""

    attachment_id: str
    conversation_id: str
    order_id: str | None
    case_id: str | None
    buyer_id: str
    merchant_id: str | None
    channel: str
    for_note: bool
    media_type: str
    size_bytes: int
    state: str
    terminal: bool
    evidence: tuple[str, ...]


class IdentityFields(TraceFields):
    """What every event of an identity holds."""

    identity_id: str
    channel: str
    customer_id: str
    buyer_id: str


class ReferralFields(TraceFields):
    """What every event of a referral holds."""

    referral_id: str
    conversation_id: str
    order_id: str
    buyer_id: str
    merchant_id: str
    offered_to: str


class CallFields(TraceFields):
    """What every event of a call holds."""

    call_id: str
    identity_id: str
    buyer_id: str
    direction: str
    agent_id: str | None
    conversation_id: str | None
    duration_seconds: int | None


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
    merchant_scores: dict[str, int]


class TextFields(TypedDict):
    """What an event holds of a text that is kept in this database."""

    text_hash: str
    evidence: tuple[str, ...]


def conversation_fields(tx: Transaction, conversation: Conversation) -> ConversationFields:
    """The fields of an event of this conversation, after its change."""
    return ConversationFields(
        **trace_fields(
            tx, affected_party=conversation.buyer_id, applicant=conversation.buyer_id, result=conversation.state
        ),
        conversation_id=conversation.id,
        order_id=conversation.order_id,
        case_id=conversation.case_id,
        buyer_id=conversation.buyer_id,
        merchant_id=conversation.merchant_id,
    )


def attachment_fields(tx: Transaction, file: Attachment, conversation: Conversation) -> AttachmentFields:
    """The fields of an event of this file, after its change."""
    return AttachmentFields(
        **trace_fields(tx, affected_party=conversation.buyer_id, applicant=file.uploader_id, result=file.state),
        attachment_id=file.id,
        conversation_id=conversation.id,
        order_id=conversation.order_id,
        case_id=conversation.case_id,
        buyer_id=conversation.buyer_id,
        merchant_id=conversation.merchant_id,
        channel=file.channel,
        for_note=file.is_for_note,
        media_type=file.media_type[:100],
        size_bytes=file.size_bytes,
        state=file.state,
        terminal=file.state in ATTACHMENT.ends,
        evidence=(file.sha256,),
    )


def identity_fields(tx: Transaction, identity: Identity) -> IdentityFields:
    """The fields of an event of this identity, after its change."""
    whose = identity.buyer_id
    return IdentityFields(
        **trace_fields(tx, affected_party=whose, applicant=whose, result=identity.state),
        identity_id=identity.id,
        channel=identity.channel,
        customer_id=identity.customer_id,
        buyer_id=whose,
    )


def referral_fields(tx: Transaction, referral: Referral) -> ReferralFields:
    """The fields of an event of this referral, after its change."""
    whose = referral.buyer_id
    return ReferralFields(
        **trace_fields(tx, affected_party=whose, applicant=whose, result=referral.state),
        referral_id=referral.id,
        conversation_id=referral.conversation_id,
        order_id=referral.order_id,
        buyer_id=whose,
        merchant_id=referral.merchant_id,
        offered_to=referral.offered_to,
    )


def call_fields(tx: Transaction, call: Call) -> CallFields:
    """The fields of an event of this call, after its change."""
    return CallFields(
        **trace_fields(tx, affected_party=call.buyer_id, applicant=call.buyer_id, result=call.state),
        call_id=call.id,
        identity_id=call.identity_id,
        buyer_id=call.buyer_id,
        direction=call.direction,
        agent_id=call.agent_id,
        conversation_id=call.conversation_id,
        duration_seconds=call.duration_seconds,
    )


def complaint_fields(tx: Transaction, complaint: Complaint) -> ComplaintFields:
    """The fields of an event of this complaint, after its change."""
    return ComplaintFields(
        **trace_fields(tx, affected_party=complaint.buyer_id, applicant=complaint.buyer_id, result=complaint.state),
        complaint_id=complaint.id,
        channel=complaint.channel,
        order_id=complaint.order_id,
        case_id=complaint.case_id,
        buyer_id=complaint.buyer_id,
        merchant_id=complaint.merchant_id,
        state=complaint.state,
    )


def feedback_fields(tx: Transaction, feedback: Feedback) -> FeedbackFields:
    """The fields of an event of this feedback, after its change."""
    party = feedback.buyer_id or feedback.merchant_id or ANONYMOUS
    return FeedbackFields(
        **trace_fields(tx, affected_party=party, applicant=party, result=feedback.state),
        feedback_id=feedback.id,
        channel=feedback.channel,
        order_id=feedback.order_id,
        case_id=feedback.case_id,
    )


def rating_fields(tx: Transaction, rating: Rating) -> RatingFields:
    """The fields of an event of this rating, after its change."""
    result = "changed" if rating.version else "given"  # a rating has no states: version 0 is a new one
    return RatingFields(
        **trace_fields(tx, affected_party=rating.buyer_id, applicant=rating.buyer_id, result=result),
        rating_id=rating.id,
        case_id=rating.case_id,
        order_id=rating.order_id,
        buyer_id=rating.buyer_id,
        merchant_id=rating.merchant_id,
        scores=asdict(scores_of(rating)),
        merchant_scores=rating.merchant_scores or {},
    )


def text_fields(text: str) -> TextFields:
    """The hash of a text, which is also the event's evidence."""
    text_hash = digest(text)
    return TextFields(text_hash=text_hash, evidence=(text_hash,))
