"""Disputes and their verdicts."""

from aftercare_chassis.database.mapping import Listing, Query, Rows
from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, Table, Text, bindparam, select, text

from aftersale_svc.domain.codes import Liable, Remedy
from aftersale_svc.domain.model import Case, Dispute, DisputeState
from aftersale_svc.tables.cases import cases
from aftersale_svc.tables.schema import metadata, minor, moment, one_of, texts
from aftersale_svc.tables.schema import text as words

disputes = Table(
    "disputes",
    metadata,
    Column("id", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("case_id", Text, ForeignKey("cases.id"), nullable=False),
    words("order_id"),
    Column("complaint_id", Text, nullable=False, unique=True),
    words("buyer_id"),
    words("merchant_id"),
    words("category"),
    *one_of("state", DisputeState),
    words("whose_turn"),
    moment("deadline_at", null=True),
    texts("evidence"),
    words("answer", null=True),
    moment("answered_at", null=True),
    *one_of("liable", Liable, null=True),
    *one_of("remedy", Remedy, null=True),
    *minor("amount_minor", null=True),
    words("currency"),
    words("grounds", null=True),
    words("decided_by", null=True),
    moment("decided_at", null=True),
    *minor("refunded_minor", null=True),
    moment("created_at"),
    moment("updated_at"),
    CheckConstraint(
        "(state IN ('executing', 'executed')) = (decided_at IS NOT NULL AND remedy IS NOT NULL AND grounds IS NOT NULL)",
        name="decided_check",
    ),
    CheckConstraint("(state = 'executed') = (refunded_minor IS NOT NULL)", name="executed_check"),
    CheckConstraint("refunded_minor <= amount_minor", name="refunded_check"),
    Index("disputes_case_idx", "case_id", "id"),
    Index("disputes_merchant_idx", "merchant_id", "id"),
    Index("disputes_due_idx", "deadline_at", postgresql_where=text("deadline_at IS NOT NULL")),
    # A case is stopped by one dispute at a time.
    Index("disputes_open_key", "case_id", unique=True, postgresql_where=text("state NOT IN ('executed', 'withdrawn')")),
)

SEEN_BY = {
    "buyer": disputes.c.buyer_id,
    "seller": disputes.c.merchant_id,
    "agent": None,
    "arbitrator": None,
    "admin": None,
}
DISPUTES = Rows(disputes, Dispute, SEEN_BY)
DISPUTE_LIST = Listing(
    disputes,
    Dispute,
    filters=("case_id", "order_id", "complaint_id", "state", "whose_turn", "buyer_id", "merchant_id"),
    seen_by=SEEN_BY,
)
# Held before the dispute, whose row is locked last.
CASE_TO_HOLD = Query(
    select(cases)
    .join_from(cases, disputes, disputes.c.case_id == cases.c.id)
    .where(disputes.c.id == bindparam("dispute_id"))
    .with_for_update(of=cases),
    Case,
    SEEN_BY,
)
