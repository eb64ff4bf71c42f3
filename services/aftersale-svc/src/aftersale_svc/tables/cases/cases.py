"""Cases, their lines and their timeline."""

from aftercare_chassis.database.columns import aggregate, document, minor, one_of, quantity, text, texts, timestamp
from aftercare_chassis.database.mapping import Listing, Query, Rows
from asyncpg import Record
from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ColumnElement,
    ForeignKey,
    Index,
    Integer,
    Subquery,
    Table,
    Text,
    any_,
    bindparam,
    exists,
    func,
    select,
)
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY

from aftersale_svc.domain.cases.codes import (
    CaseType,
    CloseCause,
    EscalationCause,
    Initiator,
    Liable,
    Reason,
    RejectedBy,
    RejectReason,
)
from aftersale_svc.domain.cases.model import Case, CaseState, RequestedLine
from aftersale_svc.domain.cases.sorting import CaseOrder
from aftersale_svc.domain.cases.timeline import TimelineStep
from aftersale_svc.domain.cases.types import ENDED
from aftersale_svc.domain.deadlines.ledger import MissedBy
from aftersale_svc.domain.orders.model import Stage
from aftersale_svc.tables.cases.owed_beside import OWED_BESIDE
from aftersale_svc.tables.deadlines.deadlines import deadlines
from aftersale_svc.tables.evidence.reused_evidence import is_reused
from aftersale_svc.tables.goods.parcels_of_cases import carried_under_waybill
from aftersale_svc.tables.schema import metadata
from aftersale_svc.tables.visibility import seen_by

DIVIDED = ("state", "reason", "type", "stage", "category")
"""The filters of lists of which each value is a range of an index."""

cases = Table(
    "cases",
    metadata,
    *aggregate(),
    Column("order_id", Text, ForeignKey("orders.id"), nullable=False),
    text("payment_id"),
    text("buyer_id"),
    text("merchant_id"),
    text("applicant_id"),
    *one_of("type", CaseType),
    *one_of("reason", Reason),
    *one_of("stage", Stage),
    *one_of("state", CaseState),
    text("whose_turn"),
    timestamp("deadline_at", null=True),
    *one_of("frozen_state", CaseState, null=True),
    Column("remaining_seconds", Integer, nullable=True),
    text("dispute_id", null=True),
    text("frozen_by", null=True),
    timestamp("frozen_at", null=True),
    timestamp("late_since", null=True),
    text("currency"),
    *minor("requested_minor"),
    *minor("shipping_refund_minor"),
    text("refund_id", null=True),
    Column("difference_minor", BigInteger, nullable=True),
    # The default is for builds that write cases without this column.
    Column("goods_kept", Boolean, nullable=False, server_default="false"),
    *minor("paid_before_minor", default=0),
    *minor("paid_before_freight_minor", default=0),
    *minor("returned_freight_minor", default=0),
    document("payment_ids", null=True),
    *one_of("reject_reason", RejectReason, null=True),
    *one_of("rejected_by", RejectedBy, null=True),
    *one_of("close_cause", CloseCause, null=True),
    *one_of("reviewed_for", EscalationCause, null=True),
    *one_of("liable", Liable, null=True),
    *one_of("offered_in", (CaseState.PENDING_REVIEW, CaseState.MANUAL_REVIEW), null=True),
    *quantity("offers_made", default=0),
    *minor("agreed_minor", null=True),
    text("agent_id", null=True),
    timestamp("claim_ends_at", null=True),
    text("proposal_id", null=True),
    text("proposed_by", null=True),
    text("proposed_action", null=True),
    *quantity("type_changes", default=0),
    Column("after_window", Boolean, nullable=False, server_default="false"),
    text("reapplication_of", null=True),
    *one_of("asked_in", (CaseState.PENDING_REVIEW, CaseState.MANUAL_REVIEW), null=True),
    *quantity("supplement_rounds", default=0),
    text("category", null=True),
    text("buyer_level", null=True),
    text("carrier", null=True),
    *one_of("booked_in", (CaseState.AWAIT_BUYER_SHIPMENT,), null=True),
    timestamp("pickup_ends_at", null=True),
    Column("party_ids", ARRAY(Text), nullable=False, server_default="{}"),
    Column("for_buyer_ids", ARRAY(Text), nullable=False, server_default="{}"),
    document("settings", null=True),
    text("description", null=True),
    texts("evidence"),
    *one_of("initiator", Initiator, null=True),
    Column("reasons_version", Integer),
    timestamp("ended_at", null=True),
    timestamp("created_at"),
    timestamp("updated_at"),
    CheckConstraint("(state = 'disputed') = (frozen_state IS NOT NULL)", name="frozen"),
    CheckConstraint("state <> 'refunding' OR refund_id IS NOT NULL", name="refunding"),
    CheckConstraint("state <> 'rejected' OR reject_reason IS NOT NULL", name="rejected"),
    CheckConstraint("state <> 'closed' OR close_cause IS NOT NULL", name="closed"),
    CheckConstraint("(state IN ('completed', 'closed', 'cancelled')) = (whose_turn = 'nobody')", name="turn"),
    CheckConstraint("(whose_turn IN ('nobody', 'platform')) = (deadline_at IS NULL)", name="deadline"),
    Index("cases_order_idx", "order_id", "id"),
    Index("cases_buyer_idx", "buyer_id", "id"),
    Index("cases_merchant_idx", "merchant_id", "id"),
    Index("cases_turn_idx", "whose_turn", "id"),
    # Work lists, by their deadline: those of the platform's roles, and of each merchant.
    Index("cases_queue_idx", "whose_turn", "deadline_at", "id"),
    Index("cases_merchant_queue_idx", "merchant_id", "whose_turn", "deadline_at", "id"),
    # Lists by a filter, the newest first: those of the platform's roles, and of each merchant.
    # Their ids are in the collation C (revision of the filtered lists), which SQLAlchemy does not read back.
    *(Index(f"cases_{name}_idx", name, "id") for name in DIVIDED),
    *(Index(f"cases_merchant_{name}_idx", "merchant_id", name, "id") for name in DIVIDED),
    # Lists of those that were opened in a span of time.
    Index("cases_opened_idx", "created_at", "id"),
    Index("cases_merchant_opened_idx", "merchant_id", "created_at", "id"),
    # Lists in the order of the last change, and of the amounts in one currency.
    Index("cases_updated_idx", "updated_at", "id"),
    Index("cases_merchant_updated_idx", "merchant_id", "updated_at", "id"),
    Index("cases_amount_idx", "currency", "requested_minor", "id"),
    Index("cases_merchant_amount_idx", "merchant_id", "currency", "requested_minor", "id"),
    Index("cases_agent_idx", "agent_id", "id", postgresql_where=sql("agent_id IS NOT NULL")),
    Index("cases_claim_idx", "claim_ends_at", postgresql_where=sql("claim_ends_at IS NOT NULL")),
    Index("cases_due_idx", "deadline_at", postgresql_where=sql("deadline_at IS NOT NULL")),
)

case_lines = Table(
    "case_lines",
    metadata,
    Column("case_id", Text, ForeignKey("cases.id"), primary_key=True),
    Column("line_id", Text, primary_key=True),
    text("sku"),
    *quantity("quantity", least=1),
    *minor("amount_minor"),
    *quantity("line_units", least=1),
    *minor("line_paid_minor"),
    *quantity("units_before"),
    *quantity("order_units", default=0),
    *minor("order_paid_minor", default=0),
    *minor("line_tax_minor", default=0),
    document("line_discounts", null=True),
    *quantity("returned_units", default=0),
    *minor("returned_minor", default=0),
    *minor("returned_tax_minor", default=0),
    CheckConstraint("units_before + quantity <= line_units", name="units"),
    CheckConstraint("amount_minor <= line_paid_minor", name="amount"),
)

case_timeline = Table(
    "case_timeline",
    metadata,
    Column("id", Text, primary_key=True),
    Column("case_id", Text, ForeignKey("cases.id"), nullable=False),
    text("dispute_id", null=True),
    timestamp("at"),
    text("actor_id"),
    text("actor_role"),
    text("action"),
    text("state"),
    text("note", null=True),
    texts("evidence"),
    document("message", null=True),
    text("reason", null=True),
    text("on_behalf_of", null=True),
    text("decision_id", null=True),
    document("details", null=True),
    Index("case_timeline_case_idx", "case_id", "id"),
)

CASE_SEEN_BY = seen_by(cases)
CASES = Rows(cases, Case, CASE_SEEN_BY)
CASE_FILTERS = (
    "state",
    "order_id",
    "whose_turn",
    "type",
    "reason",
    "stage",
    "category",
    "currency",
    "buyer_id",
    "merchant_id",
    "agent_id",
)


def missed(by: object, case_id: ColumnElement[str] = cases.c.id) -> ColumnElement[bool]:
    """Whether the case, or a dispute about it, has a deadline of this side that was missed."""
    is_its = (deadlines.c.case_id == case_id, deadlines.c.turn == by, deadlines.c.state == sql("'fired'"))
    return exists().where(*is_its)


def computed(case_id: ColumnElement[str] = cases.c.id) -> dict[str, dict[str, ColumnElement[bool]]]:
    """The filters of lists of cases by what no column of theirs holds, value by value."""
    holds = {**{owed.value: of(case_id) for owed, of in OWED_BESIDE.items()}, "evidence_reused": is_reused(case_id)}
    return {
        "missed_by": {each.value: missed(each.value, case_id) for each in MissedBy},
        **{name: {str(True): condition, str(False): ~condition} for name, condition in holds.items()},
    }


def opened_between(table: Table | Subquery = cases) -> dict[str, ColumnElement[bool]]:
    """The filters of lists of cases by when they were opened."""
    after, before = (bindparam(name, type_=table.c.created_at.type) for name in ("opened_after", "opened_before"))
    return {"opened_after": table.c.created_at >= after, "opened_before": table.c.created_at < before}


_OWNERS = ("order_id", "buyer_id", "merchant_id", "agent_id")


def _case_list(by: str | None = None, *, turned: bool = False) -> Listing[Case]:
    divided, collated = (("merchant_id",), ()) if by else ((*DIVIDED, *_OWNERS), DIVIDED)
    return Listing(
        cases,
        Case,
        filters=CASE_FILTERS,
        seen_by=CASE_SEEN_BY,
        computed=computed(),
        conditions={**opened_between(), "waybill_no": carried_under_waybill(cases.c.id)},
        by=by,
        turned=turned,
        divided=divided,
        collated=collated,
    )


CASE_LISTS = {
    CaseOrder.NEWEST: _case_list(),
    CaseOrder.OLDEST: _case_list(turned=True),
    CaseOrder.UPDATED: _case_list("updated_at"),
    CaseOrder.LAST_UPDATED: _case_list("updated_at", turned=True),
    CaseOrder.AMOUNT: _case_list("requested_minor"),
    CaseOrder.LARGEST_AMOUNT: _case_list("requested_minor", turned=True),
}
"""The lists of cases by their order; those by deadline are in `work_lists`."""
OPENED_CASES = {
    CaseOrder.NEWEST: _case_list("created_at", turned=True),
    CaseOrder.OLDEST: _case_list("created_at"),
}
"""Those of cases that were opened in a span of time: in the same order, by the index of that time."""
CASES_BY_ORDER: Query[Record] = Query(
    select(cases.c.id)
    .where(cases.c.id == any_(bindparam("case_ids", type_=ARRAY(Text))))
    .order_by(cases.c.order_id, cases.c.id),
    seen_by=CASE_SEEN_BY,
)
CASE_LINES = Rows(case_lines, RequestedLine)
STEPS = Rows(case_timeline, TimelineStep)
TIMELINE = Query(
    select(case_timeline).where(case_timeline.c.case_id == bindparam("case_id")).order_by(case_timeline.c.id),
    TimelineStep,
)
STEPS_OF_DISPUTE = Query(
    select(case_timeline)
    .where(case_timeline.c.case_id == bindparam("case_id"), case_timeline.c.dispute_id == bindparam("dispute_id"))
    .order_by(case_timeline.c.id),
    TimelineStep,
)
REAPPLIED_BY: Query[Record] = Query(
    select(cases.c.id).where(
        cases.c.order_id == bindparam("order_id"), cases.c.reapplication_of == bindparam("case_id")
    )
)
"""The case that takes the place of a rejected one of this order."""
EVIDENCE_ADDED: Query[Record] = Query(
    select(func.coalesce(func.sum(func.cardinality(case_timeline.c.evidence)), 0).label("number")).where(
        case_timeline.c.case_id == bindparam("case_id"),
        case_timeline.c.dispute_id == bindparam("dispute_id"),
        case_timeline.c.actor_role == bindparam("role"),
        case_timeline.c.action == bindparam("action"),
    )
)
"""How many pieces of evidence one side has added to a dispute by this step."""
LIVE_CASES_OF: Query[Record] = Query(
    select(cases.c.id)
    .where(cases.c.order_id == bindparam("order_id"), *(cases.c.state != ended for ended in sorted(ENDED)))
    .order_by(cases.c.id)
)
