"""Our copy of the after-sale cases about our orders, as their events tell it."""

from aftercare_chassis.database.mapping import Query, Rows
from sqlalchemy import Boolean, Column, ForeignKey, Index, Table, Text, bindparam, select

from order_svc.domain.model import Case, CaseLine, CaseState, DisputeState
from order_svc.tables.schema import metadata, one_of, quantity, text

cases = Table(
    "cases",
    metadata,
    Column("id", Text, primary_key=True),
    Column("order_id", Text, ForeignKey("orders.id"), nullable=False),
    text("case_type"),
    *one_of("state", CaseState),
    Column("refunding", Boolean, nullable=False),
    text("dispute_id", null=True),
    *one_of("dispute_state", DisputeState, null=True),
    Index("cases_order_idx", "order_id", "id"),
)

case_lines = Table(
    "case_lines",
    metadata,
    Column("case_id", Text, ForeignKey("cases.id"), primary_key=True),
    Column("line_id", Text, ForeignKey("order_lines.id"), primary_key=True),
    text("order_id"),
    *quantity("quantity", 0),
    *quantity("held_quantity", 0, default=0),
    *quantity("withdrawn_quantity", 0),
    *quantity("refunded_quantity", 0, default=0),
    Index("case_lines_order_idx", "order_id"),
)

CASES = Rows(cases, Case)
CASE_LINES = Rows(case_lines, CaseLine)
CASES_OF = Query(select(cases).where(cases.c.order_id == bindparam("order_id")).order_by(cases.c.id), Case)
CASE_LINES_OF = Query(select(case_lines).where(case_lines.c.order_id == bindparam("order_id")), CaseLine)
