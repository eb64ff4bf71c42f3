"""The queue of manual review, the decisions that wait for a second agent, and how many of its cases nobody has, or one agent has."""

from aftercare_chassis.database.columns import document, minor, text, timestamp
from aftercare_chassis.database.mapping import Listing, Query, Rows
from asyncpg import Record
from sqlalchemy import Column, ForeignKey, Index, Table, Text, bindparam, select

from aftersale_svc.domain.cases.manual_reviews.proposals import ProposedDecision
from aftersale_svc.domain.cases.model import Case, CaseState
from aftersale_svc.tables.cases.cases import CASE_SEEN_BY, cases
from aftersale_svc.tables.schema import metadata

proposed_decisions = Table(
    "proposed_decisions",
    metadata,
    Column("id", Text, primary_key=True),
    Column("case_id", Text, ForeignKey("cases.id"), nullable=False),
    text("action"),
    *minor("amount_minor"),
    text("currency"),
    document("arguments"),
    text("proposed_by"),
    timestamp("proposed_at"),
    Index("proposed_decisions_case_idx", "case_id", "id"),
)
PROPOSED_DECISIONS = Rows(proposed_decisions, ProposedDecision)

REVIEW_QUEUE = Listing(
    cases,
    Case,
    filters=("whose_turn", "agent_id"),
    seen_by=CASE_SEEN_BY,
    computed={
        "unassigned": {"True": cases.c.agent_id.is_(None)},
        "late": {"True": cases.c.late_since.is_not(None)},
    },
    by="deadline_at",
)
"""What agents have to decide, the earliest deadline first."""

UNASSIGNED_REVIEWS: Query[Record] = Query(
    select(cases.c.id)
    .where(cases.c.whose_turn == bindparam("whose_turn"), cases.c.agent_id.is_(None))
    .limit(bindparam("most")),
    seen_by=CASE_SEEN_BY,
)
REVIEWS_OF_AGENT: Query[Record] = Query(
    select(cases.c.id)
    .where(cases.c.agent_id == bindparam("agent_id"), cases.c.state == CaseState.MANUAL_REVIEW)
    .limit(bindparam("most")),
    seen_by=CASE_SEEN_BY,
)
