"""The row locks that are not taken by a row's own key. Held until the end of the transaction. Those named FREE_ leave out rows that
another transaction has locked.

Whatever decides about units or money of an order locks its row first, and then reads what its cases hold.
"""

from aftercare_chassis.database.mapping import Query
from sqlalchemy import Column, ColumnElement, Text, any_, bindparam, select
from sqlalchemy.dialects.postgresql import ARRAY

from aftersale_svc.domain.cases.model import Case
from aftersale_svc.domain.disputes.model import Dispute
from aftersale_svc.domain.orders.model import Order
from aftersale_svc.tables.cases.cases import CASE_SEEN_BY, cases
from aftersale_svc.tables.decisions.decisions import deciders_of
from aftersale_svc.tables.disputes.disputes import DISPUTE_SEEN_BY, disputes
from aftersale_svc.tables.orders import GOODS, SETTINGS, orders
from aftersale_svc.tables.visibility import seen_by

ORDER_TO_LOCK = Query(
    select(orders, SETTINGS, *GOODS)
    .where(orders.c.id == bindparam("order_id"))
    .with_for_update(key_share=True, of=orders),
    Order,
    seen_by(orders),
)
ORDER_OF_CASE = Query(
    select(orders, SETTINGS, *GOODS)
    .join_from(orders, cases, cases.c.order_id == orders.c.id)
    .where(cases.c.id == bindparam("case_id"))
    .with_for_update(key_share=True, of=orders),
    Order,
    CASE_SEEN_BY,
)
ORDER_OF_DISPUTE = Query(
    select(orders, SETTINGS, *GOODS, deciders_of(disputes.c.case_id))
    .join_from(orders, disputes, disputes.c.order_id == orders.c.id)
    .where(disputes.c.id == bindparam("dispute_id"))
    .with_for_update(key_share=True, of=orders),
    Order,
    DISPUTE_SEEN_BY,
)
CASES_TO_LOCK = Query(
    select(cases)
    .where(cases.c.id == bindparam("case_ids", type_=ARRAY(Text)).any_())
    .order_by(cases.c.id)
    .with_for_update(key_share=True),
    Case,
    CASE_SEEN_BY,
)
"""Cases of an order that is locked, besides the one that a request is about: no If-Match is about these."""
ORDERS_OF_CASES = Query(
    select(orders, SETTINGS, *GOODS)
    .where(
        orders.c.id.in_(select(cases.c.order_id).where(cases.c.id == bindparam("case_ids", type_=ARRAY(Text)).any_()))
    )
    .order_by(orders.c.id)
    .with_for_update(key_share=True, of=orders),
    Order,
)
"""The orders of cases that the caller has found."""
CASE_OF_DISPUTE = Query(
    select(cases)
    .join_from(cases, disputes, disputes.c.case_id == cases.c.id)
    .where(disputes.c.id == bindparam("dispute_id"))
    .with_for_update(key_share=True, of=cases),
    Case,
    DISPUTE_SEEN_BY,
)


def _among(column: Column[str]) -> ColumnElement[bool]:
    return column == any_(bindparam("ids", type_=ARRAY(Text)))


FREE_ORDERS = Query(
    select(orders, SETTINGS, *GOODS)
    .where(_among(orders.c.id))
    .with_for_update(key_share=True, skip_locked=True, of=orders),
    Order,
)
FREE_CASES = Query(select(cases).where(_among(cases.c.id)).with_for_update(key_share=True, skip_locked=True), Case)
FREE_DISPUTES = Query(
    select(disputes).where(_among(disputes.c.id)).with_for_update(key_share=True, skip_locked=True), Dispute
)
