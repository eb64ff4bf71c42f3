"""Our copies of the orders, parcels and after-sale cases of other services."""

from aftercare_chassis.database.columns import minor, one_of, text, timestamp
from aftercare_chassis.database.mapping import Query, Rows, Statement
from asyncpg import Record
from sqlalchemy import BigInteger, Boolean, Column, Index, Table, Text, bindparam, false, select, update

from cs_svc.domain.orders import (
    KnownCase,
    KnownGoods,
    KnownOrder,
    KnownParcel,
    KnownRefund,
    KnownRequest,
    KnownTurn,
    RefundProgress,
    Subject,
)
from cs_svc.tables.schema import metadata
from cs_svc.tables.visibility import newest_of_buyer, seen_by

known_orders = Table(
    "known_orders",
    metadata,
    Column("id", Text, primary_key=True),
    text("buyer_id"),
    text("merchant_id"),
    text("state"),
    Index("known_orders_buyer_idx", "buyer_id", "id"),
)
known_cases = Table(
    "known_cases",
    metadata,
    Column("id", Text, primary_key=True),
    text("order_id"),
    text("buyer_id"),
    text("merchant_id"),
    text("state"),
    Column("ended", Boolean, nullable=False, server_default=false()),
    Index("known_cases_buyer_idx", "buyer_id", "id"),
)
known_parcels = Table(
    "known_parcels",
    metadata,
    Column("id", Text, primary_key=True),
    text("order_id"),
    text("case_id", null=True),
    text("buyer_id"),
    text("merchant_id"),
    text("leg"),
    text("carrier"),
    Column("ended", Boolean, nullable=False),
)
known_requests = Table("known_requests", metadata, Column("id", Text, primary_key=True), text("reason"))
known_goods = Table(
    "known_goods",
    metadata,
    Column("id", Text, primary_key=True),
    text("category", null=True),
    *minor("total_minor", null=True),
    text("currency", null=True),
)
known_turns = Table(
    "known_turns",
    metadata,
    Column("id", Text, primary_key=True),
    text("turn", null=True),
    timestamp("due_at", null=True),
)
known_refunds = Table(
    "known_refunds",
    metadata,
    Column("id", Text, primary_key=True),
    Column("amount_minor", BigInteger, nullable=False),
    text("currency"),
    *one_of("state", RefundProgress),
)

KNOWN_ORDERS = Rows(known_orders, KnownOrder, seen_by(known_orders))
KNOWN_CASES = Rows(known_cases, KnownCase, seen_by(known_cases))
KNOWN_PARCELS = Rows(known_parcels, KnownParcel, seen_by(known_parcels))
KNOWN_REQUESTS = Rows(known_requests, KnownRequest)
KNOWN_GOODS = Rows(known_goods, KnownGoods)
GOODS_OF_ORDER = Query(select(known_goods).where(known_goods.c.id == bindparam("order_id", type_=Text)), KnownGoods)
KNOWN_TURNS = Rows(known_turns, KnownTurn)
KNOWN_REFUNDS = Rows(known_refunds, KnownRefund)
MOVE_REFUND = Statement(
    update(known_refunds)
    .where(known_refunds.c.id == bindparam("of_case"))
    .values(state=bindparam("new_state", type_=Text))
)
SUBJECT = Query(
    select(
        select(known_requests.c.reason)
        .where(known_requests.c.id == bindparam("case_id", type_=Text))
        .scalar_subquery()
        .label("reason"),
        select(known_goods.c.category)
        .where(known_goods.c.id == bindparam("order_id", type_=Text))
        .scalar_subquery()
        .label("category"),
    ),
    Subject,
)
"""What a case, or an order, is about."""
LOCK_ORDER: Query[Record] = Query(
    select(known_orders.c.id).where(known_orders.c.id == bindparam("id")).with_for_update(key_share=True)
)
LOCK_CASE: Query[Record] = Query(
    select(known_cases.c.id).where(known_cases.c.id == bindparam("id")).with_for_update(key_share=True)
)
LOCK_PARCEL: Query[Record] = Query(
    select(known_parcels.c.id).where(known_parcels.c.id == bindparam("id")).with_for_update(key_share=True)
)
ORDERS_OF_BUYER = newest_of_buyer(known_orders, KnownOrder)
CASES_OF_BUYER = newest_of_buyer(known_cases, KnownCase)
