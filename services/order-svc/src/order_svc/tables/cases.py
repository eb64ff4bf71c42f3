"""Our copy of the after-sale cases about our orders, from the events of aftersale-svc."""

from aftercare_chassis.database.columns import one_of, quantity, text
from aftercare_chassis.database.joint import Joint
from aftercare_chassis.database.mapping import Query, Rows
from sqlalchemy import Boolean, Column, ForeignKey, Index, Table, Text, bindparam, select
from sqlalchemy.dialects.postgresql import ARRAY

from order_svc.domain.cases import Case, CaseLine, CaseState, DisputeState
from order_svc.domain.order_units import OrderUnits
from order_svc.tables.orders import LINES_OF_ORDER
from order_svc.tables.schema import metadata

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
    # NULL in rows of builds before revision 0009, until the next event of the case.
    Column("keeps_goods", Boolean),
    # NULL in rows of builds before revision 0073.
    Column("not_received", Boolean),
    Index("cases_order_idx", "order_id", "id"),
)

case_lines = Table(
    "case_lines",
    metadata,
    Column("case_id", Text, ForeignKey("cases.id"), primary_key=True),
    Column("line_id", Text, ForeignKey("order_lines.id"), primary_key=True),
    text("order_id"),
    *quantity("quantity"),
    *quantity("held_quantity", default=0),
    *quantity("withdrawn_quantity"),
    *quantity("refunded_quantity", default=0),
    Index("case_lines_order_idx", "order_id"),
)

CASES = Rows(cases, Case)
CASE_LINES = Rows(case_lines, CaseLine)
CASES_OF_ORDER = Query(select(cases).where(cases.c.order_id == bindparam("order_id")).order_by(cases.c.id), Case)
_orders = bindparam("order_ids", type_=ARRAY(Text)).any_()
CASES_OF_ORDERS = Query(select(cases).where(cases.c.order_id == _orders).order_by(cases.c.order_id, cases.c.id), Case)
CASE_LINES_OF_ORDERS = Query(select(case_lines).where(case_lines.c.order_id == _orders), CaseLine)
CASE_LINES_OF_ORDER = Query(select(case_lines).where(case_lines.c.order_id == bindparam("order_id")), CaseLine)
UNITS_OF_ORDER = Joint(OrderUnits, lines=LINES_OF_ORDER, cases=CASES_OF_ORDER, case_lines=CASE_LINES_OF_ORDER)
