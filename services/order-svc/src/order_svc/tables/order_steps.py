"""What has happened to orders. Rows are only inserted, by the journal of the service."""

from aftercare_chassis.database.columns import document, text, timestamp
from aftercare_chassis.database.mapping import Listing, Query, Rows
from asyncpg import Record
from sqlalchemy import BigInteger, Column, Index, Table, Text, all_, and_, bindparam, or_, select
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY

from order_svc.domain.steps import NOT_FOR_BUYERS, ErpFeed, FeedStep, OrderStep
from order_svc.tables.schema import metadata
from order_svc.tables.visibility import seen_by

order_steps = Table(
    "order_steps",
    metadata,
    Column("id", Text, primary_key=True),
    # The transaction that wrote it: whoever reads changes in this order, up to the oldest open transaction, misses none.
    Column("written_in", BigInteger, nullable=False, server_default=sql("(pg_current_xact_id()::text::bigint)")),
    text("order_id"),
    text("buyer_id"),
    text("merchant_id"),
    timestamp("at"),
    text("event"),
    text("subject"),
    text("actor_id"),
    text("actor_role"),
    text("result"),
    document("details"),
    Index("order_steps_order_idx", "order_id", "id"),
    Index("order_steps_merchant_idx", "merchant_id", "written_in", "id"),
)

STEP_SEEN_BY = seen_by(order_steps)
ORDER_STEPS = Rows(order_steps, OrderStep)
TIMELINE = Listing(
    order_steps,
    OrderStep,
    filters=("order_id",),
    seen_by=STEP_SEEN_BY,
    turned=True,
    computed={"for_buyers": {str(True): and_(*(order_steps.c.event != name for name in sorted(NOT_FOR_BUYERS)))}},
)
"""The steps of an order, oldest first."""
# What is below has ended: nothing that is written later comes before it in the order of `written_in`.
_SETTLED = order_steps.c.written_in < sql("pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
ERP_CHANGES = Listing(
    order_steps,
    FeedStep,
    filters=(),
    seen_by={"seller": order_steps.c.merchant_id},
    by="written_in",
    grows=True,
    computed={
        "settled": {str(True): _SETTLED},
        "of": {
            ErpFeed.ORDERS: order_steps.c.event.like("Order%"),
            ErpFeed.REFUNDS: order_steps.c.event.like("Refund%"),
            ErpFeed.STOCK_RETURNS: or_(order_steps.c.event == "StockReturned", order_steps.c.event == "StockReplaced"),
        },
    },
)
"""The steps of a merchant's orders, as they were written, without those beside which others may still be written."""
STEPS_ADDED = Query(
    select(*ORDER_STEPS.columns)
    .where(order_steps.c.id > bindparam("after"), order_steps.c.id != all_(bindparam("known", type_=ARRAY(Text))))
    .order_by(order_steps.c.id)
    .limit(bindparam("most")),
    OrderStep,
    STEP_SEEN_BY,
)
"""The steps above an id that are not known, the oldest first."""
NEWEST_STEP: Query[Record] = Query(select(order_steps.c.id).order_by(order_steps.c.id.desc()).limit(1))
