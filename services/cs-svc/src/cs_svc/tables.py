"""The schema of cs-svc and its statements, compiled once."""

from dataclasses import fields
from enum import StrEnum
from typing import TypeVar

from aftercare_chassis.database.mapping import Listing, Query, Rows
from aftercare_chassis.database.schema import add_messaging_tables
from sqlalchemy import (
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    bindparam,
    exists,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB

from cs_svc.domain import model
from cs_svc.domain.model import (
    Answer,
    Complaint,
    Conversation,
    Feedback,
    KnownCase,
    KnownOrder,
    Message,
    Rating,
    RatingRevision,
    Scores,
)

R = TypeVar("R")
metadata = MetaData()
add_messaging_tables(metadata)
SCORES = tuple(each.name for each in fields(Scores))


def _words(table: str, **columns: type[StrEnum]) -> list[CheckConstraint]:
    """Each of these columns holds one of its enum's words."""
    listed = {column: ", ".join(f"'{word}'" for word in words) for column, words in columns.items()}
    return [
        CheckConstraint(f"{column} IN ({words})", name=f"{table}_{column}_check") for column, words in listed.items()
    ]


def _scores(table: str) -> list[CheckConstraint]:
    return [CheckConstraint(f"{name} BETWEEN 1 AND 5", name=f"{table}_{name}_check") for name in SCORES]


def _time(name: str, *, nullable: bool = False) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=nullable)


def _text(name: str, *, nullable: bool = False) -> Column[str]:
    return Column(name, Text, nullable=nullable)


def _score(name: str) -> Column[int]:
    return Column(name, SmallInteger, nullable=False)


def _aggregate(table: str) -> list[Column[object] | CheckConstraint]:
    return [
        Column("id", Text, primary_key=True),
        Column("version", Integer, nullable=False),
        CheckConstraint("version > 0", name=f"{table}_version_check"),
    ]


known_orders = Table(
    "known_orders",
    metadata,
    Column("id", Text, primary_key=True),
    _text("buyer_id"),
    _text("merchant_id"),
    _text("state"),
)
Index("known_orders_buyer_idx", known_orders.c.buyer_id, known_orders.c.id)
known_cases = Table(
    "known_cases",
    metadata,
    Column("id", Text, primary_key=True),
    _text("order_id"),
    _text("buyer_id"),
    _text("merchant_id"),
    _text("state"),
)
Index("known_cases_buyer_idx", known_cases.c.buyer_id, known_cases.c.id)
conversations = Table(
    "conversations",
    metadata,
    *_aggregate("conversations"),
    _text("state"),
    _text("order_id", nullable=True),
    _text("case_id", nullable=True),
    _text("buyer_id"),
    _text("merchant_id", nullable=True),
    _text("agent_id", nullable=True),
    Column("message_count", Integer, nullable=False),
    _text("whose_turn", nullable=True),
    _time("answer_due_at", nullable=True),
    _time("created_at"),
    _time("updated_at"),
    _time("closed_at", nullable=True),
    CheckConstraint("message_count > 0", name="conversations_message_count_check"),
    CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name="conversations_time_when_closed"),
    CheckConstraint("case_id IS NULL OR order_id IS NOT NULL", name="conversations_case_has_order"),
    *_words("conversations", state=model.ConversationState, whose_turn=model.Turn),
)
Index("conversations_buyer_idx", conversations.c.buyer_id, conversations.c.id)
Index("conversations_merchant_idx", conversations.c.merchant_id, conversations.c.id)
Index("conversations_order_idx", conversations.c.order_id, conversations.c.id)
Index("conversations_case_idx", conversations.c.case_id, conversations.c.id)
Index("conversations_turn_idx", conversations.c.whose_turn, conversations.c.id)
messages = Table(
    "messages",
    metadata,
    Column("id", Text, primary_key=True),
    Column("conversation_id", Text, ForeignKey("conversations.id"), nullable=False),
    _text("place"),
    _text("author_role"),
    _text("author_id"),
    _text("text", nullable=True),
    _text("code", nullable=True),
    Column("event_id", Uuid, nullable=True),
    Column("citations", JSONB, nullable=False),
    _time("sent_at"),
    CheckConstraint("(text IS NULL) <> (code IS NULL)", name="messages_text_or_code"),
    CheckConstraint("(author_role = 'system') = (event_id IS NOT NULL)", name="messages_system_has_event"),
    *_words("messages", author_role=model.AuthorRole),
)
Index("messages_place_key", messages.c.conversation_id, messages.c.place, unique=True)
Index("messages_event_key", messages.c.conversation_id, messages.c.event_id, unique=True)
complaints = Table(
    "complaints",
    metadata,
    *_aggregate("complaints"),
    _text("state"),
    _text("channel"),
    _text("category"),
    _text("subject_id"),
    _text("order_id"),
    _text("case_id", nullable=True),
    _text("buyer_id"),
    _text("merchant_id"),
    _text("opened_by"),
    _text("text"),
    _text("dispute_id", nullable=True),
    _text("outcome", nullable=True),
    _time("answer_due_at", nullable=True),
    _time("created_at"),
    _time("updated_at"),
    _time("resolved_at", nullable=True),
    CheckConstraint("subject_id = coalesce(case_id, order_id)", name="complaints_subject_is_case_or_order"),
    CheckConstraint("(state = 'resolved') = (outcome IS NOT NULL)", name="complaints_outcome_when_resolved"),
    CheckConstraint("(state = 'resolved') = (resolved_at IS NOT NULL)", name="complaints_time_when_resolved"),
    CheckConstraint("state <> 'escalated' OR dispute_id IS NOT NULL", name="complaints_dispute_when_escalated"),
    *_words(
        "complaints",
        state=model.ComplaintState,
        channel=model.ComplaintChannel,
        category=model.Category,
        outcome=model.Outcome,
    ),
)
Index(
    "complaints_open_key",
    complaints.c.subject_id,
    complaints.c.channel,
    unique=True,
    postgresql_where=complaints.c.state != "resolved",
)
Index("complaints_buyer_idx", complaints.c.buyer_id, complaints.c.id)
Index("complaints_merchant_idx", complaints.c.merchant_id, complaints.c.id)
Index("complaints_order_idx", complaints.c.order_id, complaints.c.id)
Index("complaints_state_idx", complaints.c.state, complaints.c.id)
answers = Table(
    "complaint_answers",
    metadata,
    Column("id", Text, primary_key=True),
    Column("complaint_id", Text, ForeignKey("complaints.id"), nullable=False),
    _text("author_id"),
    _text("text"),
    _time("answered_at"),
)
Index("complaint_answers_complaint_idx", answers.c.complaint_id, answers.c.answered_at)
feedback = Table(
    "feedback",
    metadata,
    *_aggregate("feedback"),
    _text("state"),
    _text("channel"),
    _text("source", nullable=True),
    _text("sentiment", nullable=True),
    _text("order_id", nullable=True),
    _text("case_id", nullable=True),
    _text("buyer_id", nullable=True),
    _text("merchant_id", nullable=True),
    _text("recorded_by"),
    _text("owner_id", nullable=True),
    _text("text"),
    _text("answer", nullable=True),
    _text("improvement", nullable=True),
    _time("created_at"),
    _time("updated_at"),
    CheckConstraint("(state = 'open') = (answer IS NULL)", name="feedback_answer_unless_open"),
    CheckConstraint("(state = 'improved') = (improvement IS NOT NULL)", name="feedback_improvement_when_improved"),
    *_words("feedback", state=model.FeedbackState, channel=model.FeedbackChannel, sentiment=model.Sentiment),
)
Index("feedback_buyer_idx", feedback.c.buyer_id, feedback.c.id)
Index("feedback_merchant_idx", feedback.c.merchant_id, feedback.c.id)
Index("feedback_state_idx", feedback.c.state, feedback.c.id)
ratings = Table(
    "ratings",
    metadata,
    *_aggregate("ratings"),
    _text("case_id"),
    _text("order_id"),
    _text("buyer_id"),
    _text("merchant_id"),
    *map(_score, SCORES),
    _text("text", nullable=True),
    _time("created_at"),
    _time("updated_at"),
    *_scores("ratings"),
    UniqueConstraint("case_id", name="ratings_case_id_key"),
)
Index("ratings_buyer_idx", ratings.c.buyer_id, ratings.c.id)
Index("ratings_merchant_idx", ratings.c.merchant_id, ratings.c.id)
rating_revisions = Table(
    "rating_revisions",
    metadata,
    Column("rating_id", Text, ForeignKey("ratings.id"), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    *map(_score, SCORES),
    _text("text", nullable=True),
    _time("replaced_at"),
    *_scores("rating_revisions"),
)


def _seen(table: Table) -> dict[str, Column[object] | None]:
    return {
        "buyer": table.c.buyer_id,
        "seller": table.c.merchant_id,
        "agent": None,
        "arbitrator": None,
        "admin": None,
    }


KNOWN_ORDERS = Rows(known_orders, KnownOrder, _seen(known_orders))
KNOWN_CASES = Rows(known_cases, KnownCase, _seen(known_cases))
CONVERSATIONS = Rows(conversations, Conversation, _seen(conversations))
MESSAGES = Rows(messages, Message)
COMPLAINTS = Rows(complaints, Complaint, _seen(complaints))
ANSWERS = Rows(answers, Answer)
FEEDBACK = Rows(feedback, Feedback, _seen(feedback))
RATINGS = Rows(ratings, Rating, _seen(ratings))
RATING_REVISIONS = Rows(rating_revisions, RatingRevision)

HOLD_ORDER: Query[object] = Query(
    select(known_orders.c.id).where(known_orders.c.id == bindparam("id")).with_for_update()
)
HOLD_CASE: Query[object] = Query(select(known_cases.c.id).where(known_cases.c.id == bindparam("id")).with_for_update())

TOLD_OF_EVENT = exists().where(
    messages.c.conversation_id == conversations.c.id, messages.c.event_id == bindparam("event_id")
)
# A talk about one case hears of that case only; a talk about the order hears of all its cases.
CONVERSATIONS_TO_TELL = Query(
    select(conversations)
    .where(
        conversations.c.order_id == bindparam("order_id"),
        (conversations.c.case_id == bindparam("case_id")) | conversations.c.case_id.is_(None),
        ~TOLD_OF_EVENT,
    )
    .order_by(conversations.c.id)
    .with_for_update(),
    Conversation,
)
LATEST_MESSAGES = Query(
    select(messages)
    .where(messages.c.conversation_id == bindparam("conversation_id"))
    .order_by(messages.c.place.desc())
    .limit(bindparam("rows")),
    Message,
)
MESSAGES_BEHIND = Query(
    select(messages)
    .where(messages.c.conversation_id == bindparam("conversation_id"), messages.c.place > bindparam("place"))
    .order_by(messages.c.place)
    .limit(bindparam("rows")),
    Message,
)
OPEN_COMPLAINT = Query(
    select(complaints).where(
        complaints.c.subject_id == bindparam("subject_id"),
        complaints.c.channel == bindparam("channel"),
        complaints.c.state != "resolved",
    ),
    Complaint,
)
ANSWERS_TO = Query(
    select(answers)
    .where(answers.c.complaint_id == bindparam("complaint_id"))
    .order_by(answers.c.answered_at, answers.c.id),
    Answer,
)
RATING_OF = Query(select(ratings).where(ratings.c.case_id == bindparam("case_id")), Rating)
REVISIONS_OF = Query(
    select(rating_revisions)
    .where(rating_revisions.c.rating_id == bindparam("rating_id"))
    .order_by(rating_revisions.c.version),
    RatingRevision,
)


def _of_buyer(table: Table, cls: type[R]) -> Query[R]:
    newest_first = select(table).where(table.c.buyer_id == bindparam("buyer_id")).order_by(table.c.id.desc())
    return Query(newest_first.limit(bindparam("rows")), cls, seen_by=_seen(table))


ORDERS_OF_BUYER = _of_buyer(known_orders, KnownOrder)
CASES_OF_BUYER = _of_buyer(known_cases, KnownCase)
CONVERSATIONS_OF_BUYER = _of_buyer(conversations, Conversation)
COMPLAINTS_OF_BUYER = _of_buyer(complaints, Complaint)
RATINGS_OF_BUYER = _of_buyer(ratings, Rating)

CONVERSATION_LIST = Listing(
    conversations,
    Conversation,
    filters=("state", "order_id", "case_id", "buyer_id", "agent_id", "whose_turn"),
    seen_by=_seen(conversations),
)
# Who may see the conversation may see its messages: the conversation is looked up first.
_EVERYBODY = dict.fromkeys(_seen(conversations))
MESSAGE_LIST = Listing(messages, Message, filters=("conversation_id",), seen_by=_EVERYBODY, order="place")
COMPLAINT_LIST = Listing(
    complaints,
    Complaint,
    filters=("state", "channel", "order_id", "case_id", "buyer_id"),
    seen_by=_seen(complaints),
)
FEEDBACK_LIST = Listing(
    feedback,
    Feedback,
    filters=("state", "channel", "case_id", "owner_id"),
    seen_by=_seen(feedback),
)
RATING_LIST = Listing(ratings, Rating, filters=("case_id", "order_id"), seen_by=_seen(ratings))
