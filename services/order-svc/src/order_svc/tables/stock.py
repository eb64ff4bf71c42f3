"""Movements of stock: what orders reserve, release, ship and take back."""

from aftercare_chassis.database.columns import one_of, quantity, text, timestamp
from aftercare_chassis.database.mapping import Listing, Query, Rows
from sqlalchemy import Column, ColumnElement, Index, Integer, Table, Text, bindparam, cast, func, select

from order_svc.domain.sales.stock import StockMovement, StockMovementKind, StockReleaseCause, StockTotals
from order_svc.tables.schema import metadata
from order_svc.tables.visibility import of_merchant

stock_movements = Table(
    "stock_movements",
    metadata,
    Column("id", Text, primary_key=True),
    text("order_id"),
    text("line_id"),
    text("merchant_id"),
    text("sku"),
    *one_of("kind", StockMovementKind),
    *quantity("quantity", 1),
    timestamp("moved_at"),
    *one_of("cause", StockReleaseCause, null=True),
    text("parcel_id", null=True),
    text("case_id", null=True),
    text("grade", null=True),
    Index("stock_movements_order_idx", "order_id", "id"),
    Index("stock_movements_sku_idx", "merchant_id", "sku", "id"),
)


def _sum(kind: StockMovementKind) -> ColumnElement[int]:
    of_kind = func.sum(stock_movements.c.quantity).filter(stock_movements.c.kind == kind)
    return func.coalesce(cast(of_kind, Integer), 0).label(kind.value)


STOCK_MOVEMENTS = Rows(stock_movements, StockMovement)
STOCK_MOVEMENT_LIST = Listing(
    stock_movements,
    StockMovement,
    filters=("order_id", "merchant_id", "sku", "kind"),
    seen_by=of_merchant(stock_movements),
)
RETURNED_OF_CASE = Query(
    select(stock_movements).where(
        stock_movements.c.order_id == bindparam("order_id"),
        stock_movements.c.case_id == bindparam("case_id"),
        stock_movements.c.kind == StockMovementKind.RETURNED,
    ),
    StockMovement,
)
RETURNED_OF_ORDER = Query(
    select(stock_movements).where(
        stock_movements.c.order_id == bindparam("order_id"), stock_movements.c.kind == StockMovementKind.RETURNED
    ),
    StockMovement,
)
MOVEMENTS_OF_CASE = Query(
    select(stock_movements)
    .where(stock_movements.c.order_id == bindparam("order_id"), stock_movements.c.case_id == bindparam("case_id"))
    .order_by(stock_movements.c.id),
    StockMovement,
)
"""What has come back for a case, and what was sent in exchange."""
STOCK_TOTALS = Query(
    select(
        stock_movements.c.merchant_id,
        stock_movements.c.sku,
        *(_sum(kind) for kind in StockMovementKind),
    )
    .where(stock_movements.c.merchant_id == bindparam("merchant_id"), stock_movements.c.sku == bindparam("sku"))
    .group_by(stock_movements.c.merchant_id, stock_movements.c.sku),
    StockTotals,
)
