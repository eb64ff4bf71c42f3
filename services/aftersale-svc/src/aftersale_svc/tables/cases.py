"""Cases, their lines and their timeline."""

from aftercare_chassis.database.mapping import Listing, Query, Rows, Statement
from asyncpg import Record
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    bindparam,
    func,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from aftersale_svc.domain.codes import CaseType, CloseCause, Liable, Reason, RefundCause, RejectReason, Stage
from aftersale_svc.domain.holds import ENDED
from aftersale_svc.domain.model import Case, CaseLine, Entry, State
from aftersale_svc.tables.schema import metadata, minor, moment, one_of, texts, units
from aftersale_svc.tables.schema import text as words

cases = Table(
    "cases",
    metadata,
    Column("id", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("order_id", Text, ForeignKey("orders.id"), nullable=False),
    words("payment_id"),
    words("buyer_id"),
    words("merchant_id"),
    words("applicant_id"),
    *one_of("type", CaseType),
    *one_of("reason", Reason),
    *one_of("stage", Stage),
    *one_of("state", State),
    words("whose_turn"),
    moment("deadline_at", null=True),
    *one_of("frozen_state", State, null=True),
    words("dispute_id", null=True),
    words("currency"),
    *minor("requested_minor"),
    *minor("shipping_refund_minor"),
    words("refund_id", null=True),
    *minor("refund_minor"),
    *one_of("refund_cause", RefundCause, null=True),
    *minor("refunded_minor"),
    *one_of("reject_reason", RejectReason, null=True),
    *one_of("close_cause", CloseCause, null=True),
    *one_of("liable", Liable, null=True),
    words("description", null=True),
    texts("evidence"),
    Column("return_address", JSONB(none_as_null=True)),
    words("return_carrier", null=True),
    words("return_waybill_no", null=True),
    moment("return_scanned_at", null=True),
    moment("delivered_at", null=True),
    moment("created_at"),
    moment("updated_at"),
    CheckConstraint("refund_minor <= requested_minor + shipping_refund_minor", name="refund_check"),
    CheckConstraint("refunded_minor <= requested_minor + shipping_refund_minor", name="refunded_check"),
    CheckConstraint("(state = 'disputed') = (frozen_state IS NOT NULL)", name="frozen_check"),
    CheckConstraint("state <> 'refunding' OR refund_id IS NOT NULL", name="refunding_check"),
    CheckConstraint("state <> 'rejected' OR reject_reason IS NOT NULL", name="rejected_check"),
    CheckConstraint("state <> 'closed' OR close_cause IS NOT NULL", name="closed_check"),
    CheckConstraint("(state IN ('completed', 'closed', 'cancelled')) = (whose_turn = 'nobody')", name="turn_check"),
    CheckConstraint("(whose_turn IN ('nobody', 'platform')) = (deadline_at IS NULL)", name="deadline_check"),
    Index("cases_order_idx", "order_id", "id"),
    Index("cases_buyer_idx", "buyer_id", "id"),
    Index("cases_merchant_idx", "merchant_id", "id"),
    Index("cases_turn_idx", "whose_turn", "id"),
    Index("cases_due_idx", "deadline_at", postgresql_where=text("deadline_at IS NOT NULL")),
)

case_lines = Table(
    "case_lines",
    metadata,
    Column("case_id", Text, ForeignKey("cases.id"), primary_key=True),
    Column("line_id", Text, primary_key=True),
    words("sku"),
    *units("quantity", least=1),
    *minor("amount_minor"),
    *units("line_units", least=1),
    *minor("line_paid_minor"),
    *units("units_before"),
    *units("accepted", null=True),
    *minor("accepted_minor", null=True),
    words("grade", null=True),
    CheckConstraint("units_before + quantity <= line_units", name="units_check"),
    CheckConstraint("amount_minor <= line_paid_minor", name="amount_check"),
    CheckConstraint("accepted <= quantity AND accepted_minor <= amount_minor", name="judged_check"),
    Index("case_lines_line_idx", "line_id"),
)

case_timeline = Table(
    "case_timeline",
    metadata,
    Column("id", Text, primary_key=True),
    Column("case_id", Text, ForeignKey("cases.id"), nullable=False),
    words("dispute_id", null=True),
    moment("at"),
    words("actor_id"),
    words("actor_role"),
    words("action"),
    words("state"),
    words("note", null=True),
    texts("evidence"),
    Index("case_timeline_case_idx", "case_id", "id"),
)

SEEN_BY = {"buyer": cases.c.buyer_id, "seller": cases.c.merchant_id, "agent": None, "arbitrator": None, "admin": None}
CASES = Rows(cases, Case, SEEN_BY)
CASE_LIST = Listing(
    cases,
    Case,
    filters=("state", "order_id", "whose_turn", "type", "reason", "buyer_id", "merchant_id"),
    seen_by=SEEN_BY,
)
CASE_LINES = Rows(case_lines, CaseLine)
LINES_OF = Query(
    select(case_lines).where(case_lines.c.case_id == bindparam("case_id")).order_by(case_lines.c.line_id), CaseLine
)
LINES_OF_MANY = Query(
    select(case_lines)
    .where(case_lines.c.case_id == bindparam("case_ids", type_=ARRAY(Text)).any_())
    .order_by(case_lines.c.case_id, case_lines.c.line_id),
    CaseLine,
)
_found = (
    func.unnest(
        bindparam("line_ids", type_=ARRAY(Text)),
        bindparam("units", type_=ARRAY(Integer)),
        bindparam("shares", type_=ARRAY(BigInteger)),
        bindparam("grades", type_=ARRAY(Text)),
    )
    .table_valued("line_id", "accepted", "share", "grade", name="found")
    .render_derived()
)
JUDGE_LINES = Statement(
    update(case_lines)
    .where(case_lines.c.case_id == bindparam("case_id"), case_lines.c.line_id == _found.c.line_id)
    .values(accepted=_found.c.accepted, accepted_minor=_found.c.share, grade=_found.c.grade)
)
# A verdict is about all units of a case, whatever an inspection accepted of them.
ACCEPT_ALL = Statement(
    update(case_lines)
    .where(case_lines.c.case_id == bindparam("case_id"), case_lines.c.accepted < case_lines.c.quantity)
    .values(accepted=case_lines.c.quantity, accepted_minor=case_lines.c.amount_minor)
)
ENTRIES = Rows(case_timeline, Entry)
TIMELINE = Query(
    select(case_timeline).where(case_timeline.c.case_id == bindparam("case_id")).order_by(case_timeline.c.id), Entry
)
LIVE_CASES_OF: Query[Record] = Query(
    select(cases.c.id)
    .where(cases.c.order_id == bindparam("order_id"), *(cases.c.state != ended for ended in sorted(ENDED)))
    .order_by(cases.c.id)
)
