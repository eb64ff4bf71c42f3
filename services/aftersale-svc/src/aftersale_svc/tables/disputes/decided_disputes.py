"""Disputes that were decided, compared by category, reason, type and kinds of evidence. Settlements are no verdicts."""

from aftercare_chassis.database.mapping import Query
from sqlalchemy import Alias, ColumnElement, Subquery, Table, bindparam, func, select

from aftersale_svc.domain.disputes.consistency import OutcomeCount, SimilarDispute
from aftersale_svc.domain.disputes.model import DisputeState
from aftersale_svc.domain.evidence.model import EvidenceState
from aftersale_svc.tables.cases.cases import cases
from aftersale_svc.tables.disputes.disputes import disputes
from aftersale_svc.tables.evidence.evidence import evidence_files

LOOKED_AT, MOST_FOUND = 1000, 200
"""Of the newest verdicts about disputes of the category; and of those, how many with the reason are compared."""
_d = disputes.c
_VERDICT = (_d.decided_at.is_not(None), _d.state != DisputeState.SETTLED)


def _kinds(of: Table | Alias | Subquery) -> ColumnElement[list[str]]:
    """The kinds of accepted files that the case of a dispute has, sorted."""
    file = evidence_files.c
    kinds = (
        select(file.kind)
        .where(
            file.order_id == of.c.order_id,
            file.state == EvidenceState.ACCEPTED,
            func.coalesce(file.case_id, of.c.case_id) == of.c.case_id,
        )
        .distinct()
        .order_by(file.kind)
        .correlate(of)
    )
    return func.array(kinds.scalar_subquery()).label("evidence_kinds")


_newest = (
    select(_d.id, _d.case_id, _d.order_id, _d.decided_at, _d.liable, _d.remedy, _d.amount_minor, _d.currency)
    .where(_d.category == bindparam("category"), _d.id != bindparam("dispute_id"), *_VERDICT)
    .order_by(_d.decided_at.desc())
    .limit(LOOKED_AT)
    .subquery("newest")
)
SIMILAR_DISPUTES = Query(
    select(
        _newest.c.id,
        _newest.c.case_id,
        _newest.c.decided_at,
        cases.c.reason,
        cases.c.type,
        _kinds(_newest),
        cases.c.category.label("goods_category"),
        _newest.c.liable,
        _newest.c.remedy,
        func.coalesce(_newest.c.amount_minor, 0).label("amount_minor"),
        cases.c.requested_minor.label("claim_minor"),
        _newest.c.currency,
    )
    .join_from(_newest, cases, cases.c.id == _newest.c.case_id)
    .where(cases.c.reason == bindparam("reason"))
    .order_by(_newest.c.decided_at.desc(), _newest.c.id)
    .limit(MOST_FOUND),
    SimilarDispute,
)
_decided = (
    select(_d.category, cases.c.reason, cases.c.type, _kinds(disputes), _d.remedy)
    .join_from(disputes, cases, cases.c.id == _d.case_id)
    .where(_d.decided_at >= bindparam("since"), _d.decided_at < bindparam("until"), *_VERDICT)
    .subquery("decided")
)
OUTCOMES = Query(
    select(*_decided.c, func.count().label("verdicts")).group_by(*_decided.c).order_by(*_decided.c), OutcomeCount
)
