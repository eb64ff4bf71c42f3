"""Our copy of order facts, and what cases hold of them."""

from aftercare_chassis.database.mapping import Query, Rows, Statement
from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Integer,
    Table,
    Text,
    bindparam,
    func,
    literal_column,
    select,
    true,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY

from aftersale_svc.domain.codes import OrderState
from aftersale_svc.domain.holds import Hold
from aftersale_svc.domain.model import Order, OrderLine, State
from aftersale_svc.tables.cases import SEEN_BY as CASE_SEEN_BY
from aftersale_svc.tables.cases import case_lines, cases
from aftersale_svc.tables.disputes import SEEN_BY as DISPUTE_SEEN_BY
from aftersale_svc.tables.disputes import disputes
from aftersale_svc.tables.schema import metadata, minor, moment, one_of, text, units

orders = Table(
    "orders",
    metadata,
    Column("id", Text, primary_key=True),
    text("buyer_id"),
    text("merchant_id"),
    *one_of("state", OrderState),
    text("currency"),
    *minor("shipping_fee_minor"),
    text("payment_id", null=True),
    moment("window_ends_at", null=True),
    CheckConstraint("state IN ('created', 'cancelled') OR payment_id IS NOT NULL", name="paid_check"),
)

order_lines = Table(
    "order_lines",
    metadata,
    Column("order_id", Text, ForeignKey("orders.id"), primary_key=True),
    Column("line_id", Text, primary_key=True),
    Column("position", Integer, nullable=False),
    text("sku"),
    *units("quantity", least=1),
    *minor("paid_minor"),
    # The default is for builds from before this column, which write order lines without it.
    Column("shipped_quantity", Integer, nullable=False, server_default="0"),
    CheckConstraint("shipped_quantity >= 0", name="shipped_quantity_check"),
)

ORDERS = Rows(orders, Order)
ORDER_LINES = Rows(order_lines, OrderLine)
SEEN_BY = {"buyer": orders.c.buyer_id, "seller": orders.c.merchant_id, "agent": None}
# Held until the end of the transaction: who decides next about units or money of this order waits here, and then counts.
ORDER_TO_HOLD = Query(select(orders).where(orders.c.id == bindparam("order_id")).with_for_update(), Order, SEEN_BY)
ORDER_OF_CASE = Query(
    select(orders)
    .join_from(orders, cases, cases.c.order_id == orders.c.id)
    .where(cases.c.id == bindparam("case_id"))
    .with_for_update(of=orders),
    Order,
    CASE_SEEN_BY,
)
ORDER_OF_DISPUTE = Query(
    select(orders)
    .join_from(orders, disputes, disputes.c.order_id == orders.c.id)
    .where(disputes.c.id == bindparam("dispute_id"))
    .with_for_update(of=orders),
    Order,
    DISPUTE_SEEN_BY,
)
MOVE_ORDER = Statement(
    update(orders).where(orders.c.id == bindparam("order_id")).values(state=bindparam("state", type_=Text))
)
END_WINDOW = Statement(
    update(orders)
    .where(orders.c.id == bindparam("order_id"))
    .values(state=bindparam("state", type_=Text), window_ends_at=bindparam("window_ends_at"))
)
_shipped = (
    func.unnest(bindparam("line_ids", type_=ARRAY(Text)), bindparam("units", type_=ARRAY(Integer)))
    .table_valued("line_id", "units", name="shipped")
    .render_derived()
)
SHIP_LINES = Statement(
    update(order_lines)
    .where(order_lines.c.order_id == bindparam("order_id"), order_lines.c.line_id == _shipped.c.line_id)
    .values(shipped_quantity=order_lines.c.shipped_quantity + _shipped.c.units)
)

# Line by line and case by case (LIMIT and OFFSET forbid to join them): while PostgreSQL has no statistics of some of these
# tables, or some from when they were small, it would read the whole of them for every order.
_case = (
    select(
        cases.c.id.label("case_id"),
        cases.c.type,
        cases.c.state,
        cases.c.stage,
        cases.c.reason,
        cases.c.liable,
        cases.c.reject_reason,
        cases.c.shipping_refund_minor,
    )
    .where(cases.c.id == case_lines.c.case_id, cases.c.state != State.CANCELLED)
    .limit(1)
    .lateral("of_case")
)
_held = (
    select(
        _case,
        case_lines.c.quantity.label("units"),
        case_lines.c.accepted,
        case_lines.c.amount_minor,
        case_lines.c.accepted_minor,
    )
    .select_from(case_lines.join(_case, true()))
    .where(case_lines.c.line_id == order_lines.c.line_id)
    .offset(literal_column("0"))
    .lateral("held")
)
_NUMBERS = ("shipping_refund_minor", "units", "amount_minor")
HOLDS = Query(
    select(
        order_lines.c.line_id,
        order_lines.c.sku,
        order_lines.c.quantity,
        order_lines.c.paid_minor,
        order_lines.c.shipped_quantity,
        *(column for column in _held.c if column.name not in _NUMBERS),
        *(func.coalesce(_held.c[name], 0).label(name) for name in _NUMBERS),
    )
    .select_from(order_lines.outerjoin(_held, true()))
    .where(order_lines.c.order_id == bindparam("order_id"))
    .order_by(order_lines.c.position, _held.c.case_id),
    Hold,
)
