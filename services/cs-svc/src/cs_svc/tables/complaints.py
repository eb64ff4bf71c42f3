"""Complaints and the replies to them."""

from aftercare_chassis.database.columns import aggregate, one_of, text, timestamp
from aftercare_chassis.database.mapping import Listing, Query, Rows, Statement
from sqlalchemy import (
    CheckConstraint,
    Column,
    ColumnElement,
    ForeignKey,
    Index,
    Table,
    Text,
    bindparam,
    literal_column,
    null,
    or_,
    select,
    update,
)
from sqlalchemy import text as sql

from cs_svc.domain.complaints import (
    COMPLAINT,
    Complaint,
    ComplaintCategory,
    ComplaintChannel,
    ComplaintOutcome,
    ComplaintReply,
    ComplaintState,
)
from cs_svc.tables.answers import owed
from cs_svc.tables.schema import metadata
from cs_svc.tables.visibility import newest_of_buyer, seen_by

complaints = Table(
    "complaints",
    metadata,
    *aggregate(),
    *one_of("state", ComplaintState),
    *one_of("channel", ComplaintChannel),
    *one_of("category", ComplaintCategory),
    text("subject_id"),
    text("order_id"),
    text("case_id", null=True),
    text("buyer_id"),
    text("merchant_id"),
    text("opened_by"),
    text("text"),
    text("dispute_id", null=True),
    *one_of("outcome", ComplaintOutcome, null=True),
    timestamp("answer_due_at", null=True),
    timestamp("deadline_at", null=True),
    timestamp("overdue_at", null=True),
    timestamp("created_at"),
    timestamp("updated_at"),
    timestamp("resolved_at", null=True),
    CheckConstraint("subject_id = coalesce(case_id, order_id)", name="subject_is_case_or_order"),
    CheckConstraint("(state = 'resolved') = (outcome IS NOT NULL)", name="outcome_when_resolved"),
    CheckConstraint("(state = 'resolved') = (resolved_at IS NOT NULL)", name="time_when_resolved"),
    CheckConstraint("state <> 'escalated' OR dispute_id IS NOT NULL", name="dispute_when_escalated"),
    Index("complaints_open_key", "subject_id", "channel", unique=True, postgresql_where=sql("state != 'resolved'")),
    Index("complaints_buyer_idx", "buyer_id", "id"),
    Index("complaints_merchant_idx", "merchant_id", "id"),
    Index("complaints_order_idx", "order_id", "id"),
    Index("complaints_state_idx", "state", "id"),
    Index("complaints_due_idx", "deadline_at", postgresql_where=sql("deadline_at IS NOT NULL")),
)
complaint_replies = Table(
    "complaint_answers",
    metadata,
    Column("id", Text, primary_key=True),
    Column("complaint_id", Text, ForeignKey("complaints.id"), nullable=False),
    text("author_id"),
    text("text"),
    timestamp("answered_at"),
    Index("complaint_answers_complaint_idx", "complaint_id", "answered_at"),
)


def _in_state_of(turn: str) -> ColumnElement[bool]:
    """Complaints in a state in which it is this one's turn: the lifecycle says so, and no column holds it."""
    return or_(*(complaints.c.state == state for state, each in COMPLAINT.timeouts.items() if each.turn == turn))


OWED_REPLIES = owed(complaints, complaints.c.state == literal_column(f"'{ComplaintState.OPEN}'"))
COMPLAINTS = Rows(complaints, Complaint, seen_by(complaints))
COMPLAINT_LIST = Listing(
    complaints,
    Complaint,
    filters=("state", "channel", "order_id", "case_id", "buyer_id"),
    seen_by=seen_by(complaints),
    computed={"whose_turn": {each.turn: _in_state_of(each.turn) for each in COMPLAINT.timeouts.values()}},
)
COMPLAINTS_OF_BUYER = newest_of_buyer(complaints, Complaint)
UNRESOLVED_COMPLAINT = Query(
    select(complaints).where(
        complaints.c.subject_id == bindparam("subject_id"),
        complaints.c.channel == bindparam("channel"),
        complaints.c.state != "resolved",
    ),
    Complaint,
)
CLEAR_DEADLINE = Statement(
    update(complaints).where(complaints.c.id == bindparam("complaint_id")).values(deadline_at=null())
)

COMPLAINT_REPLIES = Rows(complaint_replies, ComplaintReply)
REPLIES_TO_COMPLAINT = Query(
    select(complaint_replies)
    .where(complaint_replies.c.complaint_id == bindparam("complaint_id"))
    .order_by(complaint_replies.c.answered_at, complaint_replies.c.id),
    ComplaintReply,
)
