"""The figures of the answers that people owe."""

from typing import Any

from aftercare_chassis.database.mapping import Query
from sqlalchemy import ColumnElement, DateTime, Table, bindparam, func, literal_column, select

from cs_svc.domain.answers import Owed


# Any: a column does not show the type of its values.
def owed(documents: Table, is_owed: ColumnElement[bool], due: ColumnElement[Any] | None = None) -> Query[Owed]:
    """The query of what is owed in these documents, by `due`; by `answer_due_at` where none is given. It reads 10,000 of them at most; `is_owed`
    has an index."""
    by = documents.c.answer_due_at if due is None else due
    some = select(by.label("due_at")).where(is_owed, by.is_not(None)).limit(literal_column("10000")).subquery()
    late = some.c.due_at <= bindparam("now", type_=DateTime(timezone=True))
    figures: tuple[ColumnElement[Any], ...] = (  # Any: numbers and a time
        func.count().label("owed"),
        func.count().filter(late).label("overdue"),
        func.min(some.c.due_at).label("oldest_due_at"),
    )
    return Query(select(*figures).select_from(some), Owed)
