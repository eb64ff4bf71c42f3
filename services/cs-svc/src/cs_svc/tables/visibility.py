"""Which rows a role sees, and the newest ones of a buyer."""

from typing import TypeVar

from aftercare_chassis.database.compiled import SeenBy
from aftercare_chassis.database.mapping import Query
from sqlalchemy import Table, bindparam, select

R = TypeVar("R")


def seen_by(table: Table) -> SeenBy:
    """Buyers see rows with their id in `buyer_id`, sellers those of their merchant, agents, arbitrators and admins all."""
    return {"buyer": table.c.buyer_id, "seller": table.c.merchant_id, "agent": None, "arbitrator": None, "admin": None}


def newest_of_buyer(table: Table, cls: type[R]) -> Query[R]:
    """At most `:rows` rows with this `:buyer_id`, newest first, of those that the reader sees."""
    newest_first = select(table).where(table.c.buyer_id == bindparam("buyer_id")).order_by(table.c.id.desc())
    return Query(newest_first.limit(bindparam("rows")), cls, seen_by=seen_by(table))
