"""Our copy of order facts."""

from typing import Any

from aftercare_chassis.database.columns import document, minor, one_of, quantity, text, timestamp
from aftercare_chassis.database.mapping import Query, Rows, Statement
from asyncpg import Record
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Label,
    Table,
    Text,
    bindparam,
    delete,
    func,
    select,
    update,
)
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY

from aftersale_svc.domain.merchant_settings.model import SettingKind
from aftersale_svc.domain.orders.model import Order, OrderLine, OrderRow, OrderState, ParcelLine
from aftersale_svc.tables.cases.asked_before import asked_before
from aftersale_svc.tables.cases.merchant_settings import settings_of, settings_then
from aftersale_svc.tables.schema import metadata
from aftersale_svc.tables.visibility import seen_by

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
    timestamp("window_ends_at", null=True),
    text("buyer_level", null=True),
    timestamp("received_at", null=True),
    document("payments", null=True),
    timestamp("signed_at", null=True),
    CheckConstraint("state IN ('created', 'cancelled') OR payment_id IS NOT NULL", name="paid"),
)

order_lines = Table(
    "order_lines",
    metadata,
    Column("order_id", Text, ForeignKey("orders.id"), primary_key=True),
    Column("line_id", Text, primary_key=True),
    Column("position", Integer, nullable=False),
    text("sku"),
    *quantity("quantity", least=1),
    *minor("paid_minor"),
    # The default is for builds from before this column, which write order lines without it.
    *quantity("shipped_quantity", default=0),
    text("category", null=True),
    *minor("tax_minor", default=0),
    document("discounts", null=True),
    Column("warranty_days", Integer, nullable=True),
    *quantity("cancelled_quantity", default=0),
    *minor("cancelled_minor", default=0),
    text("fulfilment", null=True),
    timestamp("overdue_since", null=True),
    timestamp("promised_at", null=True),
    *quantity("refunded_quantity", default=0),
    document("cancellations", null=True),
)

order_parcels = Table(
    "order_parcels",
    metadata,
    Column("parcel_id", Text, primary_key=True),
    Column("line_id", Text, primary_key=True),
    text("order_id"),
    text("carrier"),
    text("waybill_no"),
    *quantity("quantity", least=1),
    Index("order_parcels_order_idx", "order_id"),
    Index("order_parcels_waybill_idx", "carrier", "waybill_no"),
)

ORDERS = Rows(orders, OrderRow)
DECIDING = (
    SettingKind.RETURN_ADDRESS,
    SettingKind.RETURN_FEES,
    SettingKind.FREIGHT_INSURANCE,
    SettingKind.FAST_EXCHANGE,
    SettingKind.ORDER_DISCOUNTS,
    SettingKind.RETURN_FREIGHT_LIMITS,
    SettingKind.SERVICE_TERMS,
    SettingKind.REQUIRED_EVIDENCE,
)
SETTINGS = settings_of(orders.c.merchant_id, *DECIDING)
"""What decisions about an order use of what its merchant has set: it costs look-ups in an index, and no round trip."""
ORDER_LINES = Rows(order_lines, OrderLine)
ORDER_PARCELS = Rows(order_parcels, ParcelLine)


def _stated(column: Column[Any], name: str) -> Label[Any]:  # Any: a value of any type
    """What the lines of an order state, by line; NULL where none does."""
    return (
        select(func.jsonb_object_agg(order_lines.c.line_id, column))
        .where(order_lines.c.order_id == orders.c.id, column.is_not(None))
        .scalar_subquery()
        .label(name)
    )


GOODS = (_stated(order_lines.c.fulfilment, "fulfilments"), _stated(order_lines.c.promised_at, "promised_lines"))
"""How the units of its lines come to the buyer, and by when they were promised to leave."""
BY_LINE = (
    *asked_before(orders.c.id),
    _stated(order_lines.c.warranty_days, "warranties"),
    *GOODS,
    _stated(order_lines.c.overdue_since, "overdue_lines"),
)
"""What decides until when its lines may be asked for, and what suggests a reason."""
ORDER = Query(
    select(orders, SETTINGS, *BY_LINE).where(orders.c.id == bindparam("order_id")),
    Order,
    seen_by(orders),
)
SETTINGS_THEN: Query[Record] = Query(
    select(settings_then(orders.c.merchant_id, *DECIDING)).where(orders.c.id == bindparam("order_id"))
)
"""`settings` of an order at an earlier time, `at`. The caller has read the order before."""
MOVE_ORDER = Statement(
    update(orders).where(orders.c.id == bindparam("order_id")).values(state=bindparam("state", type_=Text))
)
END_WINDOW = Statement(
    update(orders)
    .where(orders.c.id == bindparam("order_id"))
    .values(
        state=bindparam("state", type_=Text),
        window_ends_at=bindparam("window_ends_at"),
        received_at=bindparam("received_at"),
        signed_at=bindparam("signed_at"),
    )
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
DROP_PARCEL = Statement(delete(order_parcels).where(order_parcels.c.parcel_id == bindparam("parcel_id_")))
_cancelled = (
    func.unnest(
        bindparam("line_ids", type_=ARRAY(Text)),
        bindparam("units", type_=ARRAY(Integer)),
        bindparam("amounts", type_=ARRAY(BigInteger)),
    )
    .table_valued("line_id", "units", "amount_minor", name="cancelled")
    .render_derived()
)
CANCEL_LINES = Statement(
    update(order_lines)
    .where(order_lines.c.order_id == bindparam("order_id"), order_lines.c.line_id == _cancelled.c.line_id)
    .values(
        cancelled_quantity=order_lines.c.cancelled_quantity + _cancelled.c.units,
        cancelled_minor=order_lines.c.cancelled_minor + _cancelled.c.amount_minor,
        cancellations=func.coalesce(order_lines.c.cancellations, sql("'[]'::jsonb")).op("||")(
            func.jsonb_build_array(
                func.jsonb_build_object(
                    *("at", bindparam("at", type_=DateTime(timezone=True))),
                    *("units", _cancelled.c.units, "amount_minor", _cancelled.c.amount_minor),
                )
            )
        ),
    )
)
"""Units of these lines are cancelled, at a time that is kept: what was known before can still be shown."""
MARK_OVERDUE = Statement(
    update(order_lines)
    .where(
        order_lines.c.order_id == bindparam("order_id"),
        order_lines.c.line_id == func.any(bindparam("line_ids", type_=ARRAY(Text))),
    )
    .values(overdue_since=func.coalesce(order_lines.c.overdue_since, bindparam("since", type_=DateTime(timezone=True))))
)
"""Units of these lines were to leave by `:since`; the first time that was missed stays."""
