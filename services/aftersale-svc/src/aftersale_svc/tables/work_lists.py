"""How many cases a list has. The queries return a row per case, so that the database stops at the limit."""

from aftercare_chassis.database.mapping import Query
from asyncpg import Record
from sqlalchemy import bindparam, select

from aftersale_svc.tables.cases import CASE_SEEN_BY, cases, missed

_of_turn = select(cases.c.id).where(cases.c.whose_turn == bindparam("whose_turn")).limit(bindparam("most"))
CASES_OF_TURN: Query[Record] = Query(_of_turn, seen_by=CASE_SEEN_BY)
CASES_DUE: Query[Record] = Query(_of_turn.where(cases.c.deadline_at < bindparam("due_before")), seen_by=CASE_SEEN_BY)
CASES_MISSED: Query[Record] = Query(
    select(cases.c.id).where(cases.c.deadline_at.is_not(None), missed(bindparam("missed_by"))).limit(bindparam("most")),
    seen_by=CASE_SEEN_BY,
)
