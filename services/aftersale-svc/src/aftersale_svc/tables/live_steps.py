"""The steps of all timelines in the order of their ids, with their cases, for whoever follows many cases."""

from aftercare_chassis.database.mapping import Query
from asyncpg import Record
from sqlalchemy import Text, all_, and_, bindparam, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY

from aftersale_svc.domain.cases.live_steps import LiveStep
from aftersale_svc.domain.cases.states import CaseState
from aftersale_svc.domain.deadlines.ledger import DocumentKind
from aftersale_svc.tables.cases import CASE_SEEN_BY, case_timeline, cases
from aftersale_svc.tables.deadlines import deadlines

_at = case_timeline.c.at
# A case that a dispute stops waits for the turn of the dispute.
_counted = or_(
    deadlines.c.document == DocumentKind.DISPUTE,
    and_(deadlines.c.document == DocumentKind.CASE, deadlines.c.document_state != CaseState.DISPUTED),
)
_turns = select(deadlines.c.turn).where(
    deadlines.c.case_id == case_timeline.c.case_id,
    _counted,
    deadlines.c.set_at <= _at,
    or_(deadlines.c.ended_at.is_(None), deadlines.c.ended_at >= _at),
)
_OF_CASE = ("version", "order_id", "buyer_id", "merchant_id", "type", "whose_turn", "deadline_at")
STEPS_ADDED = Query(
    select(
        case_timeline,
        *(cases.c[name] for name in _OF_CASE),
        cases.c.state.label("case_state"),
        cases.c.reason.label("reason_of_case"),
        func.array(_turns.scalar_subquery()).label("turns"),
    )
    .join_from(case_timeline, cases, cases.c.id == case_timeline.c.case_id)
    .where(
        case_timeline.c.id > bindparam("after"),
        case_timeline.c.id != all_(bindparam("known", type_=ARRAY(Text))),
    )
    .order_by(case_timeline.c.id)
    .limit(bindparam("most")),
    LiveStep,
    CASE_SEEN_BY,
)
"""The steps above an id that are not known, the oldest first."""
NEWEST_STEP: Query[Record] = Query(select(case_timeline.c.id).order_by(case_timeline.c.id.desc()).limit(1))
"""The step that was added last."""
