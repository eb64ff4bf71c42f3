"""Complaints and the replies to them."""

from aftercare_chassis.database.columns import aggregate, one_of, text, timestamp
from aftercare_chassis.database.mapping import Listing, Query, Rows, Statement
from asyncpg import Record
from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ColumnElement,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    any_,
    bindparam,
    false,
    func,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from cs_svc.domain.complaints import (
    COMPLAINT,
    Complaint,
    ComplaintCategory,
    ComplaintChannel,
    ComplaintOutcome,
    ComplaintReply,
    ComplaintSeverity,
    ComplaintState,
)
from cs_svc.tables.answers import owed
from cs_svc.tables.schema import metadata
from cs_svc.tables.visibility import newest_of_buyer, seen_by

MOST_COMPARED = 50
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
    timestamp("resolve_due_at", null=True),
    timestamp("due_at", null=True),
    timestamp("deadline_at", null=True),
    timestamp("overdue_at", null=True),
    timestamp("resolve_overdue_at", null=True),
    timestamp("supervised_at", null=True),
    Column("severity", Text, nullable=False, server_default=ComplaintSeverity.NORMAL),
    CheckConstraint(f"severity IN ({', '.join(repr(str(each)) for each in ComplaintSeverity)})", name="severity"),
    Column("severity_reasons", JSONB(none_as_null=True), nullable=False, server_default=sql("'[]'::jsonb")),
    Column("rules_version", Integer, nullable=False, server_default="0"),
    text("calendar_id", null=True),
    Column("calendar_version", Integer, nullable=False, server_default="0"),
    text("conversation_id", null=True),
    text("message_id", null=True),
    Column("separated", Boolean, nullable=False, server_default=false()),
    text("merged_into", null=True),
    timestamp("created_at"),
    timestamp("updated_at"),
    timestamp("resolved_at", null=True),
    CheckConstraint("subject_id = coalesce(case_id, order_id)", name="subject_is_case_or_order"),
    CheckConstraint("(state = 'resolved') = (outcome IS NOT NULL)", name="outcome_when_resolved"),
    CheckConstraint("(state = 'resolved') = (resolved_at IS NOT NULL)", name="time_when_resolved"),
    CheckConstraint("state <> 'escalated' OR dispute_id IS NOT NULL", name="dispute_when_escalated"),
    Index(
        "complaints_unresolved_key",
        "subject_id",
        "channel",
        unique=True,
        postgresql_where=sql("state != 'resolved' AND NOT separated"),
    ),
    Index("complaints_message_key", "message_id", unique=True, postgresql_where=sql("message_id IS NOT NULL")),
    Index("complaints_buyer_idx", "buyer_id", "id"),
    Index("complaints_merchant_idx", "merchant_id", "id"),
    Index("complaints_order_idx", "order_id", "id"),
    Index("complaints_state_idx", "state", "id"),
    Index("complaints_work_idx", "due_at", "id", postgresql_where=sql("due_at IS NOT NULL")),
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
OWED_RESOLUTIONS = owed(complaints, complaints.c.due_at.is_not(None), complaints.c.resolve_due_at)
COMPLAINTS = Rows(complaints, Complaint, seen_by(complaints))
COMPLAINT_LIST = Listing(
    complaints,
    Complaint,
    filters=("state", "channel", "severity", "order_id", "case_id", "buyer_id"),
    seen_by=seen_by(complaints),
    computed={"whose_turn": {each.turn: _in_state_of(each.turn) for each in COMPLAINT.timeouts.values()}},
)
COMPLAINTS_OF_BUYER = newest_of_buyer(complaints, Complaint)
UNRESOLVED_COMPLAINT = Query(
    select(complaints).where(
        complaints.c.subject_id == bindparam("subject_id"),
        complaints.c.channel == bindparam("channel"),
        complaints.c.state != "resolved",
        ~complaints.c.separated,
    ),
    Complaint,
)
COMPLAINT_OF_MESSAGE = Query(select(complaints).where(complaints.c.message_id == bindparam("message_id")), Complaint)
COMPLAINT_OF_EACH: Query[Record] = Query(
    select(complaints.c.message_id, complaints.c.id.label("complaint_id")).where(
        complaints.c.message_id == any_(bindparam("ids", type_=ARRAY(Text)))
    )
)
"""Of each message in `:ids` the complaint that was opened with it."""
UNRESOLVED_OF_ORDER = Query(
    select(complaints)
    .where(
        complaints.c.order_id == bindparam("order_id"),
        complaints.c.buyer_id == bindparam("buyer_id"),
        complaints.c.state != "resolved",
        complaints.c.created_at >= bindparam("since"),
    )
    .order_by(complaints.c.id)
    .limit(MOST_COMPARED),
    Complaint,
)
"""Those with which a new text about the order is compared, the oldest first."""
SET_DEADLINE = Statement(
    update(complaints)
    .where(complaints.c.id == bindparam("complaint_id"))
    .values(deadline_at=bindparam("next_at", type_=DateTime(timezone=True)))
)
_STAFF = {"agent": None, "arbitrator": None, "admin": None}
COMPLAINTS_DUE = Listing(
    complaints,
    Complaint,
    filters=("severity", "category", "merchant_id"),
    seen_by=_STAFF,
    by="due_at",
    computed={
        "supervised": {"True": complaints.c.supervised_at.is_not(None), "False": complaints.c.supervised_at.is_(None)}
    },
    conditions={"until": complaints.c.due_at <= bindparam("until", type_=DateTime(timezone=True))},
)
"""What is late, and what will be by then, the earliest first."""
EARLIER_COMPLAINTS: Query[Record] = Query(
    select(func.count().label("number")).where(
        complaints.c.buyer_id == bindparam("buyer_id"),
        complaints.c.created_at >= bindparam("since", type_=DateTime(timezone=True)),
        or_(
            complaints.c.outcome.is_(None),
            complaints.c.outcome.not_in(
                [literal_column("'merged'"), literal_column("'unfounded'"), literal_column("'withdrawn'")]
            ),
        ),
    )
)
"""How many complaints a buyer has made since then that count: those that were merged, withdrawn or unfounded do not."""

COMPLAINT_REPLIES = Rows(complaint_replies, ComplaintReply)
REPLIES_TO_COMPLAINT = Query(
    select(complaint_replies)
    .where(complaint_replies.c.complaint_id == bindparam("complaint_id"))
    .order_by(complaint_replies.c.answered_at, complaint_replies.c.id),
    ComplaintReply,
)
