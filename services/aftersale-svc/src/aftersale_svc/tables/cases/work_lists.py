"""The cases that people work through, by their deadlines, and how many a list has.

A case that a dispute stops waits for the turn and until the deadline of its dispute: a queue has it with those. What waits for both
sides is, for either of them, its own turn. The counts return a row per case, so that the database stops at the limit.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from aftercare_chassis.database.compiled import AnySelect
from aftercare_chassis.database.mapping import Listing, Query
from asyncpg import Record
from sqlalchemy import BindParameter, ColumnElement, Subquery, Table, bindparam, case, func, select, union_all

from aftersale_svc.domain.cases.model import Case
from aftersale_svc.domain.cases.sorting import BY_DEADLINE, CaseOrder
from aftersale_svc.domain.cases.states import CaseState
from aftersale_svc.domain.history.live_steps import BOTH
from aftersale_svc.domain.work_lists import OwedBeside
from aftersale_svc.tables.cases.cases import CASE_FILTERS, CASE_SEEN_BY, cases, computed, missed, opened_between
from aftersale_svc.tables.cases.owed_beside import OWED_BESIDE
from aftersale_svc.tables.disputes.disputes import disputes
from aftersale_svc.tables.goods.parcels_of_cases import carried_under_waybill
from aftersale_svc.tables.visibility import seen_by


@dataclass(frozen=True)
class CaseQueue:
    """The open cases with a deadline, as one side sees them: in pages by deadline, of a turn, and due by then."""

    pages: Mapping[CaseOrder, Listing[Case]]
    of_turn: Query[Record]
    due: Query[Record]


# As a function, since the planner knows nothing of it: it takes `=` for a condition that hardly any of these cases meets, and
# reads them all for a page of 20: 5 ms among 3,000 disputed cases, in place of 0.2.
_DISPUTED = func.texteq(cases.c.state, CaseState.DISPUTED)


def _stopped(side: str) -> AnySelect:
    """The cases that disputes stop, with what the disputes wait for. `side` is whose turn it is where both sides are waited for."""
    own = case((disputes.c.whose_turn == BOTH, side), else_=disputes.c.whose_turn)
    turn: ColumnElement[str] = disputes.c.whose_turn if side == BOTH else own  # as it is, an index has it
    of_dispute = {
        "whose_turn": turn.label("whose_turn"),
        **{name: disputes.c[name] for name in ("deadline_at", "buyer_id", "merchant_id", "order_id")},
    }
    return (
        select(*(of_dispute.get(column.name, column) for column in cases.c))
        .join_from(disputes, cases, cases.c.id == disputes.c.case_id)
        .where(disputes.c.deadline_at.is_not(None), _DISPUTED)
    )


def _time(name: str) -> BindParameter[datetime]:
    return bindparam(name, type_=cases.c.deadline_at.type)


def _pages(waiting: Table | Subquery, order: CaseOrder) -> Listing[Case]:
    return Listing(
        waiting,
        Case,
        filters=CASE_FILTERS,
        seen_by=seen_by(waiting),
        computed=computed(waiting.c.id),
        conditions={
            "due_before": waiting.c.deadline_at < _time("due_before"),
            "due_after": waiting.c.deadline_at >= _time("due_after"),
            **opened_between(waiting),
            "waybill_no": carried_under_waybill(waiting.c.id),
        },
        by="deadline_at",
        turned=order is CaseOrder.LATEST_DEADLINE,
        divided=("whose_turn",),
    )


def _queue(side: str) -> CaseQueue:
    stopped = _stopped(side)
    # Not a page of the union: PostgreSQL would read all of it for each page.
    pages = {order: _pages(cases, order).joined(_pages(stopped.subquery("stopped"), order)) for order in BY_DEADLINE}
    waiting = union_all(select(*cases.c).where(cases.c.deadline_at.is_not(None)), stopped).subquery("case_queue")
    seen = seen_by(waiting)
    most: BindParameter[int] = bindparam("most")
    ids = select(waiting.c.id).limit(most)
    of_turn = ids.where(waiting.c.whose_turn == bindparam("whose_turn"))
    return CaseQueue(
        pages,
        Query(of_turn, seen_by=seen),
        Query(of_turn.where(waiting.c.deadline_at < _time("due_before")), seen_by=seen),
    )


CASE_QUEUES = {"buyer": _queue("buyer"), "seller": _queue("merchant")}
"""By the role of the reader."""
STAFF_QUEUE = _queue(BOTH)
"""Of every other role."""
_who = [cases.c[name] for name in ("id", "buyer_id", "merchant_id")]
# Not of the queues: their condition for disputed cases keeps the planner from an index, so that it read all cases, in 0.7 s of a million.
_waiting = union_all(
    select(*_who).where(cases.c.deadline_at.is_not(None)),
    select(*_who)
    .join_from(cases, disputes, disputes.c.case_id == cases.c.id)
    .where(cases.c.state == CaseState.DISPUTED, disputes.c.deadline_at.is_not(None)),
).subquery("waiting")
CASES_MISSED: Query[Record] = Query(
    select(_waiting.c.id).where(missed(bindparam("missed_by"), _waiting.c.id)).limit(bindparam("most")),
    seen_by=seen_by(_waiting),
)
"""The open cases with a deadline in which this side has missed one before."""
CASES_STOPPED: Query[Record] = Query(
    select(cases.c.id).where(cases.c.whose_turn == bindparam("whose_turn")).limit(bindparam("most")),
    seen_by=CASE_SEEN_BY,
)
"""The cases that disputes stop: those in which the case itself waits for the platform."""
CASES_OWED: Mapping[OwedBeside, Query[Record]] = {
    owed: Query(select(cases.c.id).where(of(cases.c.id)).limit(bindparam("most")), seen_by=CASE_SEEN_BY)
    for owed, of in OWED_BESIDE.items()
}
"""The cases, ended ones as well, in which this is still owed."""
