"""Exchanges that buyers have paid for."""

from aftercare_chassis.database.mapping import Query
from asyncpg import Record
from sqlalchemy import bindparam, select

from aftersale_svc.domain.cases.codes import CaseType
from aftersale_svc.domain.cases.states import CaseState
from aftersale_svc.tables.cases.cases import cases
from aftersale_svc.tables.goods.exchanges import charges

PAID_EXCHANGES: Query[Record] = Query(
    select(charges.c.case_id)
    .join_from(charges, cases, cases.c.id == charges.c.case_id)
    .where(
        cases.c.order_id == bindparam("order_id"),
        cases.c.id != bindparam("case_id"),
        cases.c.type == CaseType.EXCHANGE,
        cases.c.state == CaseState.COMPLETED,
        charges.c.paid_at.is_not(None),
        charges.c.owed_back_at.is_(None),
    )
    .order_by(charges.c.case_id)
)
"""The other exchanges of an order that the buyer has paid for, and has. The order is locked."""
