"""How many cases and disputes wait for people of the platform. At most 10,000 of each are read."""

from aftercare_chassis.database.mapping import Query
from asyncpg import Record
from sqlalchemy import ColumnElement, func, literal_column, select

from aftersale_svc.tables.cases.cases import cases
from aftersale_svc.tables.disputes.disputes import disputes

_MOST: ColumnElement[int] = literal_column("10000")
_reviews = select(cases.c.late_since).where(cases.c.whose_turn == literal_column("'agent'")).limit(_MOST).subquery()
_hearings = (
    select(disputes.c.id)
    .where(disputes.c.whose_turn == literal_column("'platform'"), disputes.c.deadline_at.is_not(None))
    .limit(_MOST)
    .subquery()
)
WAITING: Query[Record] = Query(
    select(
        func.count().label("reviews"),
        func.count(_reviews.c.late_since).label("late_reviews"),
        func.min(_reviews.c.late_since).label("late_since"),
        select(func.count()).select_from(_hearings).scalar_subquery().label("hearings"),
    ).select_from(_reviews)
)
"""Cases that agents have to decide about, how many of them are late, since when the first one is, and disputes with a deadline in which the
platform has to act."""
