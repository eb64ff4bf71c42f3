"""Orders, their lines and their addresses."""

from aftercare_chassis.database.columns import aggregate, document, minor, one_of, quantity, text, timestamp
from aftercare_chassis.database.mapping import Query, Rows, Statement
from asyncpg import Record
from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ColumnElement,
    ForeignKey,
    FromClause,
    Index,
    Integer,
    Table,
    Text,
    and_,
    bindparam,
    case,
    delete,
    func,
    null,
    or_,
    select,
    update,
)
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY

from order_svc.domain.lifecycle import ORDER
from order_svc.domain.model import (
    Address,
    AfterSaleState,
    CancelCause,
    LineFulfilment,
    Order,
    OrderLine,
    OrderState,
    ReviewState,
)
from order_svc.domain.stages import STATES_OF
from order_svc.domain.tracking import ParcelLeg
from order_svc.tables.parcels import parcels
from order_svc.tables.schema import metadata
from order_svc.tables.visibility import seen_by

orders = Table(
    "orders",
    metadata,
    *aggregate(),
    text("merchant_id"),
    text("buyer_id"),
    *one_of("state", OrderState),
    *one_of("after_sale_state", AfterSaleState),
    text("currency"),
    *minor("total_minor"),
    *minor("shipping_fee_minor"),
    timestamp("created_at"),
    timestamp("deadline_at", null=True),
    text("payment_id", null=True),
    timestamp("paid_at", null=True),
    timestamp("shipped_at", null=True),
    timestamp("delivered_at", null=True),
    timestamp("received_at", null=True),
    timestamp("window_ends_at", null=True),
    timestamp("completed_at", null=True),
    timestamp("cancelled_at", null=True),
    *one_of("cancel_cause", CancelCause, null=True),
    text("buyer_level", null=True),
    *quantity("payment_minutes", 1, null=True),
    timestamp("stock_ship_by_at", null=True),
    timestamp("ship_by_at", null=True),
    timestamp("shipment_overdue_at", null=True),
    timestamp("deliver_by_at", null=True),
    timestamp("delivery_overdue_at", null=True),
    timestamp("virtual_delivered_at", null=True),
    Column("virtual_only", Boolean, nullable=True),
    timestamp("receipt_from_at", null=True),
    *quantity("receipt_extended_days", 1, null=True),
    *quantity("receipt_extensions_left", null=True),
    timestamp("receipt_reminds_at", null=True),
    *one_of("review", ReviewState, null=True),
    text("review_reason", null=True),
    text("restriction_id", null=True),
    timestamp("reviewed_at", null=True),
    *minor("shipping_tax_minor", null=True),
    document("shipping_discounts", null=True),
    text("order_no", null=True),
    *minor("paid_minor", default=0),
    document("payment_plan", null=True),
    CheckConstraint("paid_minor <= total_minor", name="not_overpaid"),
    timestamp("packed_at", null=True),
    document("packages", null=True),
    timestamp("authorised_until", null=True),
    *quantity("address_changes_left", null=True),
    document("times", null=True),
    CheckConstraint("(packed_at IS NULL) = (packages IS NULL)", name="packed"),
    CheckConstraint("(payment_id IS NULL) = (paid_at IS NULL)", name="paid"),
    CheckConstraint("(state = 'cancelled') = (cancel_cause IS NOT NULL)", name="cancelled"),
    CheckConstraint("state NOT IN ('completed', 'cancelled') OR deadline_at IS NULL", name="final"),
    Index("orders_buyer_idx", "buyer_id", "id"),
    Index("orders_merchant_idx", "merchant_id", "id"),
    # In the database the ids of the next four have the collation C: see `Listing`.
    Index("orders_state_idx", "state", "id"),
    Index("orders_merchant_state_idx", "merchant_id", "state", "id"),
    Index("orders_after_sale_state_idx", "after_sale_state", "id"),
    Index("orders_merchant_after_sale_state_idx", "merchant_id", "after_sale_state", "id"),
    # Each order is listed by these among those of its merchant, and among all.
    Index("orders_created_idx", "merchant_id", "created_at", "id"),
    Index("orders_all_created_idx", "created_at", "id"),
    Index("orders_paid_idx", "merchant_id", "paid_at", "id", postgresql_where=sql("paid_at IS NOT NULL")),
    Index("orders_all_paid_idx", "paid_at", "id", postgresql_where=sql("paid_at IS NOT NULL")),
    Index("orders_shipped_idx", "merchant_id", "shipped_at", "id", postgresql_where=sql("shipped_at IS NOT NULL")),
    Index("orders_all_shipped_idx", "shipped_at", "id", postgresql_where=sql("shipped_at IS NOT NULL")),
    Index("orders_amount_idx", "merchant_id", "currency", "total_minor", "id"),
    Index("orders_all_amount_idx", "currency", "total_minor", "id"),
    Index("orders_deadline_idx", "merchant_id", "deadline_at", "id", postgresql_where=sql("deadline_at IS NOT NULL")),
    Index("orders_order_no_key", "merchant_id", "order_no", unique=True, postgresql_where=sql("order_no IS NOT NULL")),
    Index("orders_due_idx", "deadline_at", postgresql_where=sql("deadline_at IS NOT NULL")),
    Index("orders_reminder_idx", "receipt_reminds_at", postgresql_where=sql("receipt_reminds_at IS NOT NULL")),
)

order_lines = Table(
    "order_lines",
    metadata,
    Column("id", Text, primary_key=True),
    Column("order_id", Text, ForeignKey("orders.id"), nullable=False),
    Column("position", Integer, nullable=False),
    text("sku"),
    text("title"),
    text("category", null=True),
    *quantity("quantity", 1),
    *minor("unit_price_minor"),
    *minor("discount_minor"),
    *minor("paid_minor"),
    *minor("tax_minor", null=True),
    document("discounts", null=True),
    Column("warranty_days", Integer, nullable=True),
    *one_of("fulfilment", LineFulfilment, null=True),
    timestamp("ships_by", null=True),
    *quantity("production_days", 1, null=True),
    text("gift_of", null=True),
    *quantity("shipped_quantity"),
    *quantity("withdrawn_quantity"),
    *quantity("held_quantity", default=0),
    *one_of("after_sale_state", AfterSaleState),
    *quantity("cancelled_quantity", default=0),
    *minor("cancelled_minor", default=0),
    *quantity("refunded_quantity", default=0),
    *minor("refunded_minor", default=0),
    CheckConstraint("refunded_quantity <= shipped_quantity", name="refunded"),
    CheckConstraint("cancelled_minor + refunded_minor <= paid_minor", name="refunded_part"),
    CheckConstraint("cancelled_quantity <= withdrawn_quantity", name="cancelled"),
    CheckConstraint("cancelled_minor <= paid_minor", name="cancelled_part"),
    CheckConstraint("shipped_quantity + withdrawn_quantity <= quantity", name="shippable"),
    CheckConstraint("paid_minor = unit_price_minor * quantity - discount_minor", name="paid"),
    Index("order_lines_order_idx", "order_id", "position"),
)

addresses = Table(
    "addresses",
    metadata,
    Column("order_id", Text, ForeignKey("orders.id"), primary_key=True),
    text("salt"),
    text("name"),
    text("phone"),
    text("country"),
    text("province"),
    text("city"),
    text("district"),
    text("street"),
    text("postal_code"),
)


# OFFSET keeps PostgreSQL from hashing all parcels and lines to test a few orders: 60 ms of a page from 60,000 orders.
def _under_way(order_id: ColumnElement[str]) -> ColumnElement[bool]:
    return (
        select(parcels.c.id)
        .where(parcels.c.order_id == order_id, parcels.c.leg == ParcelLeg.OUTBOUND, parcels.c.terminal.is_(False))
        .offset(0)
        .exists()
    )


def _something_to_ship(order_id: ColumnElement[str]) -> ColumnElement[bool]:
    return (
        select(order_lines.c.id)
        .where(
            order_lines.c.order_id == order_id,
            order_lines.c.quantity > order_lines.c.shipped_quantity + order_lines.c.withdrawn_quantity,
        )
        .offset(0)
        .exists()
    )


def _turn_of(turn: str, table: FromClause) -> ColumnElement[bool]:
    """Orders in which it is this one's turn. No column holds it: the state decides, while shipped as `ORDER` does by facts."""
    states = [
        state
        for state, each in ORDER.timeouts.items()
        if each.turn == turn and each.turn_by is None and state is not OrderState.CREATED
    ]
    turn_while_shipped = case(
        (and_(_under_way(table.c.id), table.c.delivery_overdue_at.isnot(None)), "agent"),
        (_under_way(table.c.id), "courier"),
        (_something_to_ship(table.c.id), "merchant"),
        else_="buyer",
    )
    before_payment = and_(
        table.c.state == OrderState.CREATED,
        case((table.c.review == ReviewState.PENDING, "agent"), else_="buyer") == turn,
    )
    while_shipped = and_(table.c.state == OrderState.SHIPPED, turn_while_shipped == turn)
    return or_(*(table.c.state == state for state in states), before_payment, while_shipped)


def turns_of(table: FromClause) -> dict[str, ColumnElement[bool]]:
    """Whether it is each one's turn in an order of this table, by its name."""
    return {each.turn: _turn_of(each.turn, table) for each in ORDER.timeouts.values()}


def stages_of(table: FromClause) -> dict[str, ColumnElement[bool]]:
    """Whether an order of this table is in each stage, by its name. No column holds it: both states decide."""
    return {
        stage: or_(*(and_(table.c.state == state, table.c.after_sale_state == each) for state, each in pairs))
        for stage, pairs in STATES_OF.items()
    }


DELIVERY_TIMES = ("deliver_by_at", "delivery_overdue_at", "deadline_at")
ORDERS = Rows(orders, Order, seen_by(orders))
ORDER_TO_LOCK = Query(
    select(orders).where(orders.c.id == bindparam("order_id")).with_for_update(key_share=True),
    Order,
    seen_by(orders),
)
"""The order, for commands about a row of it whose version an If-Match names: `lock` compares that with the row which it locks first."""
LOCK_ORDERS: Query[Record] = Query(
    select(orders.c.id)
    .where(orders.c.id == bindparam("order_ids", type_=ARRAY(Text)).any_())
    .order_by(orders.c.id)
    .with_for_update(key_share=True)
)
"""Several orders, one after the other by their ids, so that two transactions that lock several do not wait for each other."""
SET_DELIVERY_TIMES = Statement(
    orders.update()
    .where(orders.c.id == bindparam("order_id"))
    .values({name: bindparam(name, type_=orders.c[name].type) for name in DELIVERY_TIMES})
)
"""A parcel has ended, and others are on their way: no change of the order that is published."""
ORDER_BY_NO = Query(
    select(orders).where(orders.c.merchant_id == bindparam("merchant_id"), orders.c.order_no == bindparam("order_no")),
    Order,
)
LOCK_ORDER_NO: Query[Record] = Query(select(func.pg_advisory_xact_lock(func.hashtextextended(bindparam("name"), 0))))
"""Held until the end of the transaction that gives an order this number."""
DROP_REMINDER = Statement(update(orders).where(orders.c.id == bindparam("order_id")).values(receipt_reminds_at=null()))
ADDRESSES = Rows(addresses, Address)
ORDER_LINES = Rows(order_lines, OrderLine)
DROP_LINE = Statement(delete(order_lines).where(order_lines.c.id == bindparam("line_id")))
LINES_OF_ORDER = Query(
    select(order_lines).where(order_lines.c.order_id == bindparam("order_id")).order_by(order_lines.c.position),
    OrderLine,
)
ADDRESSES_OF_ORDERS = Query(
    select(addresses).where(addresses.c.order_id == bindparam("order_ids", type_=ARRAY(Text)).any_()), Address
)
LINES_OF_ORDERS = Query(
    select(order_lines)
    .where(order_lines.c.order_id == bindparam("order_ids", type_=ARRAY(Text)).any_())
    .order_by(order_lines.c.order_id, order_lines.c.position),
    OrderLine,
)
ORDERS_BY_ID = Query(select(orders).where(orders.c.id == bindparam("order_ids", type_=ARRAY(Text)).any_()), Order)
