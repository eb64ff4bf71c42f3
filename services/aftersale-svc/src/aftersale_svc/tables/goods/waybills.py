"""The parcels under a waybill."""

from typing import Any

from aftercare_chassis.database.mapping import Query
from asyncpg import Record
from sqlalchemy import (
    Boolean,
    ColumnElement,
    FromClause,
    Select,
    Table,
    Text,
    bindparam,
    func,
    literal,
    null,
    or_,
    select,
    type_coerce,
    union_all,
)

from aftersale_svc.domain.cases.waybills import KnownParcel, Receiver
from aftersale_svc.tables.cases.cases import cases
from aftersale_svc.tables.disputes.disputes import disputes
from aftersale_svc.tables.disputes.lab_tests import lab_tests
from aftersale_svc.tables.goods.refused_goods_claims import refused_goods_claims
from aftersale_svc.tables.goods.replacements import replacements
from aftersale_svc.tables.goods.returns import returns
from aftersale_svc.tables.goods.sent_parcels import has_arrived
from aftersale_svc.tables.orders import order_parcels, orders

# Who names a waybill looks for its parcels first; without a lock, two at once would both find none.
LOCK_WAYBILL: Query[Record] = Query(
    select(func.pg_advisory_xact_lock(func.hashtextextended(bindparam("waybill", type_=Text), 0)))
)


def _under_waybill(table: Table) -> ColumnElement[bool]:
    carrier, waybill_no = bindparam("carrier", type_=Text), bindparam("waybill_no", type_=Text)
    return (table.c.carrier == carrier) & (table.c.waybill_no == waybill_no)


def _of_cases(
    table: Table, receiver: Receiver, delivered: ColumnElement[bool], source: FromClause
) -> Select[Any]:  # Any: of columns of every type
    return (
        select(
            cases.c.order_id,
            cases.c.id.label("case_id"),
            cases.c.buyer_id,
            cases.c.merchant_id,
            literal(receiver.value).label("receiver"),
            delivered.label("delivered"),
        )
        .select_from(source)
        .where(_under_waybill(table), or_(cases.c.ended_at.is_(None), cases.c.ended_at > bindparam("since")))
    )


def _with_cases(table: Table) -> FromClause:
    return table.join(cases, cases.c.id == table.c.case_id)


_known = union_all(
    select(
        orders.c.id.label("order_id"),
        type_coerce(null(), Text).label("case_id"),
        orders.c.buyer_id,
        orders.c.merchant_id,
        literal(Receiver.BUYER.value).label("receiver"),
        type_coerce(has_arrived, Boolean).label("delivered"),
    )
    .join_from(order_parcels, orders, orders.c.id == order_parcels.c.order_id)
    .where(
        _under_waybill(order_parcels),
        or_(orders.c.received_at.is_(None), orders.c.received_at > bindparam("since")),
    ),
    _of_cases(returns, Receiver.MERCHANT, returns.c.delivered_at.is_not(None), _with_cases(returns)),
    _of_cases(replacements, Receiver.BUYER, replacements.c.delivered_at.is_not(None), _with_cases(replacements)),
    _of_cases(
        refused_goods_claims,
        Receiver.BUYER,
        refused_goods_claims.c.delivered_at.is_not(None),
        _with_cases(refused_goods_claims),
    ),
    _of_cases(
        lab_tests,
        Receiver.TESTING_BODY,
        lab_tests.c.received_at.is_not(None),
        lab_tests.join(disputes, disputes.c.id == lab_tests.c.dispute_id).join(cases, cases.c.id == disputes.c.case_id),
    ),
).subquery("known")
PARCELS_UNDER_WAYBILL = Query(select(_known), KnownParcel)
"""The parcels of cases and orders under a waybill that had not ended by a time."""
