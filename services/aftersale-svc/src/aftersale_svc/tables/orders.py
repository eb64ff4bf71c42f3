"""Our copy of order facts, and what cases hold of them."""

from aftercare_chassis.rows import Query, Rows, Statement
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Integer,
    Table,
    Text,
    and_,
    bindparam,
    case,
    cast,
    func,
    or_,
    select,
    true,
    update,
)

from aftersale_svc.domain.codes import CloseCause, OrderState
from aftersale_svc.domain.model import Order, OrderLine, Standing, State
from aftersale_svc.tables.cases import case_lines, cases
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
)

ORDERS = Rows(orders, Order)
ORDER_LINES = Rows(order_lines, OrderLine)
SEEN_BY = {"buyer": orders.c.buyer_id, "seller": orders.c.merchant_id, "agent": None}
# Held until the case is there: whoever asks for the same order next waits here, and then counts it.
ORDER_TO_HOLD = Query(select(orders).where(orders.c.id == bindparam("order_id")).with_for_update(), Order, SEEN_BY)
MOVE_ORDER = Statement(
    update(orders).where(orders.c.id == bindparam("order_id")).values(state=bindparam("state", type_=Text))
)
END_WINDOW = Statement(
    update(orders)
    .where(orders.c.id == bindparam("order_id"))
    .values(state=bindparam("state", type_=Text), window_ends_at=bindparam("window_ends_at"))
)

# Line by line and case by case (the LIMIT forbids to join them): while PostgreSQL has no statistics of some of these tables,
# or some from when they were small, it would read the whole of them for every order.
_case = select(cases.c.state, cases.c.close_cause).where(cases.c.id == case_lines.c.case_id).limit(1).lateral("of_case")
_completed = _case.c.state == State.COMPLETED
_closed = _case.c.state == State.CLOSED
_live = and_(~_completed, ~_closed, _case.c.state != State.CANCELLED)
_rejected = or_(*(_case.c.close_cause == cause for cause in (CloseCause.REJECTED, CloseCause.REJECTION_ACCEPTED)))
_settled_units = func.coalesce(case_lines.c.accepted, case_lines.c.quantity)
_settled_minor = func.coalesce(case_lines.c.accepted_minor, case_lines.c.amount_minor)
_held_minor = case((_completed, _settled_minor), (_live, case_lines.c.amount_minor), else_=0)
_told = (
    select(
        func.coalesce(func.sum(_settled_units).filter(_completed), 0).label("settled_units"),
        func.coalesce(func.sum(case_lines.c.quantity).filter(_live), 0).label("live_units"),
        cast(func.coalesce(func.sum(_held_minor), 0), BigInteger).label("held_minor"),
        func.count().filter(and_(_closed, _rejected)).label("rejected_times"),
    )
    .select_from(case_lines.join(_case, true()))
    .where(case_lines.c.line_id == order_lines.c.line_id)
    .lateral("told")
)
STANDINGS = Query(
    select(order_lines.c.line_id, order_lines.c.sku, order_lines.c.quantity, order_lines.c.paid_minor, *_told.c)
    .select_from(order_lines.join(_told, true()))
    .where(order_lines.c.order_id == bindparam("order_id"))
    .order_by(order_lines.c.position),
    Standing,
)
