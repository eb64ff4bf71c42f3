"""The cases that people work through, by their deadlines, and how many a list has.

A case that a dispute stops waits for the turn and until the deadline of its dispute: a queue has it with those. What waits for both
sides is, for either of them, its own turn. The counts return a row per case, so that the database stops at the limit.
"""

from dataclasses import dataclass
from datetime import datetime

from aftercare_chassis.database.mapping import Listing, Query
from asyncpg import Record
from sqlalchemy import BindParameter, Subquery, bindparam, case, select, union_all

from aftersale_svc.domain.cases.model import Case
from aftersale_svc.domain.cases.states import CaseState
from aftersale_svc.domain.work_lists import BOTH
from aftersale_svc.tables.cases import CASE_FILTERS, CASE_SEEN_BY, cases, computed, missed
from aftersale_svc.tables.disputes import disputes
from aftersale_svc.tables.exchanges import to_return
from aftersale_svc.tables.visibility import seen_by


@dataclass(frozen=True)
class CaseQueue:
    """The open cases with a deadline, as one side sees them: in pages, of a turn, due by then, and with a deadline missed."""

    pages: Listing[Case]
    of_turn: Query[Record]
    due: Query[Record]
    missed: Query[Record]


def _waiting(side: str) -> Subquery:
    """The cases and what they wait for. `side` is whose turn it is where both sides are waited for."""
    turn = case((disputes.c.whose_turn == BOTH, side), else_=disputes.c.whose_turn)
    of_dispute = {
        "whose_turn": turn.label("whose_turn"),
        **{name: disputes.c[name] for name in ("deadline_at", "buyer_id", "merchant_id", "order_id")},
    }
    stopped = (
        select(*(of_dispute.get(column.name, column) for column in cases.c))
        .join_from(disputes, cases, cases.c.id == disputes.c.case_id)
        .where(disputes.c.deadline_at.is_not(None), cases.c.state == CaseState.DISPUTED)
    )
    return union_all(select(*cases.c).where(cases.c.deadline_at.is_not(None)), stopped).subquery("case_queue")


def _time(name: str) -> BindParameter[datetime]:
    return bindparam(name, type_=cases.c.deadline_at.type)


def _queue(side: str) -> CaseQueue:
    waiting = _waiting(side)
    seen = seen_by(waiting)
    most: BindParameter[int] = bindparam("most")
    ids = select(waiting.c.id).limit(most)
    of_turn = ids.where(waiting.c.whose_turn == bindparam("whose_turn"))
    before = waiting.c.deadline_at < _time("due_before")
    return CaseQueue(
        Listing(
            waiting,
            Case,
            filters=CASE_FILTERS,
            seen_by=seen,
            computed=computed(waiting.c.id),
            conditions={"due_before": before, "due_after": waiting.c.deadline_at >= _time("due_after")},
            earliest="deadline_at",
        ),
        Query(of_turn, seen_by=seen),
        Query(of_turn.where(before), seen_by=seen),
        Query(ids.where(missed(bindparam("missed_by"), waiting.c.id)), seen_by=seen),
    )


CASE_QUEUES = {"buyer": _queue("buyer"), "seller": _queue("merchant")}
"""By the role of the reader."""
STAFF_QUEUE = _queue(BOTH)
"""Of every other role."""
CASES_STOPPED: Query[Record] = Query(
    select(cases.c.id).where(cases.c.whose_turn == bindparam("whose_turn")).limit(bindparam("most")),
    seen_by=CASE_SEEN_BY,
)
"""The cases that disputes stop: those in which the case itself waits for the platform."""
CASES_WITH_CHARGE_TO_RETURN: Query[Record] = Query(
    select(cases.c.id).where(to_return(cases.c.id)).limit(bindparam("most")), seen_by=CASE_SEEN_BY
)
"""The cases, ended ones as well, in which the merchant has still to give back what the buyer has paid."""
