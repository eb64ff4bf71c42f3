"""What makes a conversation hard, so that it is for experts."""

from aftercare_chassis.database.mapping import Query
from asyncpg import Record
from sqlalchemy import BigInteger, Text, bindparam, exists, func, literal_column, select

from cs_svc.domain.complaints import ComplaintState
from cs_svc.domain.routing.queue import CONTACTS_OF_HARD
from cs_svc.tables.complaints import complaints
from cs_svc.tables.conversations import conversations
from cs_svc.tables.orders import known_goods

_order, _case = bindparam("order_id", type_=Text), bindparam("case_id", type_=Text)
_complained = exists().where(
    complaints.c.order_id == _order,
    complaints.c.case_id.is_(None) | _case.is_(None) | (complaints.c.case_id == _case),
    complaints.c.state != literal_column(f"'{ComplaintState.RESOLVED}'"),
)
_contacts = (
    select(conversations.c.id)
    .where(conversations.c.order_id == _order, conversations.c.merged_into.is_(None))
    .limit(literal_column(str(CONTACTS_OF_HARD)))
    .subquery()
)
_repeated = select(func.count() >= CONTACTS_OF_HARD).select_from(_contacts).scalar_subquery()
_dear = exists().where(
    known_goods.c.id == _order, known_goods.c.total_minor >= bindparam("high_minor", type_=BigInteger)
)
IS_HARD: Query[Record] = Query(select((_complained | _repeated | _dear).label("is_hard")))
"""Whether a complaint or dispute about the case, or else the order, is open, it is written about for the third time, or its total is high."""
