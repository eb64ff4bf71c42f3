"""Further submissions of complaints."""

from aftercare_chassis.database.columns import one_of, text, timestamp
from aftercare_chassis.database.mapping import Query, Rows, Statement
from asyncpg import Record
from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    any_,
    bindparam,
    func,
    select,
    update,
)
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY

from cs_svc.domain.complaint_submissions import Submission
from cs_svc.domain.complaints import ComplaintChannel
from cs_svc.tables.schema import metadata

MOST_SUBMISSIONS = 500
complaint_submissions = Table(
    "complaint_submissions",
    metadata,
    Column("id", Text, primary_key=True),
    Column("complaint_id", Text, ForeignKey("complaints.id"), nullable=False),
    *one_of("channel", ComplaintChannel),
    text("text"),
    text("submitted_by"),
    timestamp("submitted_at"),
    Column("likeness", Integer, nullable=True),
    CheckConstraint("likeness BETWEEN 0 AND 100", name="likeness"),
    text("conversation_id", null=True),
    text("message_id", null=True),
    text("merged_from", null=True),
    text("separated_to", null=True),
    text("reason", null=True),
    Index("complaint_submissions_complaint_idx", "complaint_id", "id"),
    Index("complaint_submissions_message_idx", "message_id", postgresql_where=sql("message_id IS NOT NULL")),
)
_COLUMNS = complaint_submissions.c

SUBMISSIONS = Rows(complaint_submissions, Submission)
SUBMISSIONS_OF = Query(
    select(complaint_submissions)
    .where(_COLUMNS.complaint_id == any_(bindparam("ids", type_=ARRAY(Text))))
    .order_by(_COLUMNS.submitted_at, _COLUMNS.id)
    .limit(MOST_SUBMISSIONS),
    Submission,
)
"""Those of these complaints, the oldest first."""
SUBMISSION_OF_MESSAGE = Query(
    select(complaint_submissions).where(
        _COLUMNS.message_id == bindparam("message_id"), _COLUMNS.separated_to.is_(None)
    ),
    Submission,
)
SUBMISSION_OF_EACH: Query[Record] = Query(
    select(_COLUMNS.message_id, _COLUMNS.complaint_id).where(
        _COLUMNS.message_id == any_(bindparam("ids", type_=ARRAY(Text))), _COLUMNS.separated_to.is_(None)
    )
)
"""Of each message in `:ids` the complaint to which it was added."""
MOVE_SUBMISSIONS = Statement(
    update(complaint_submissions)
    .where(_COLUMNS.complaint_id == bindparam("ended"), _COLUMNS.separated_to.is_(None))
    .values(complaint_id=bindparam("into"))
)
SEPARATE_SUBMISSION = Statement(
    update(complaint_submissions)
    .where(_COLUMNS.id == bindparam("submission_id"))
    .values(separated_to=bindparam("became"), reason=bindparam("why"))
)
LOCK_INTAKE: Query[Record] = Query(
    select(func.pg_advisory_xact_lock(func.hashtextextended(bindparam("order_id", type_=Text), 0)))
)
"""Lets what is said about one order come in one after the other, whether it names a case of it or not. The rows of orders and cases are not
locked for it: the consumer locks both kinds, in the order of their events."""
