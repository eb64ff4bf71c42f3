"""The roster of caseworkers, and who of them has least to do."""

from aftercare_chassis.database.columns import aggregate, one_of, quantity, text, texts, timestamp
from aftercare_chassis.database.mapping import Listing, Query, Rows
from asyncpg import Record
from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    FromClause,
    ScalarSelect,
    Select,
    Table,
    Text,
    all_,
    any_,
    bindparam,
    exists,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY

from aftersale_svc.domain.cases.states import CaseState
from aftersale_svc.domain.caseworkers.model import Caseworker, CaseworkerRole, Workload
from aftersale_svc.domain.disputes.lifecycle import PLATFORM_TURN
from aftersale_svc.tables.cases.cases import case_timeline, cases
from aftersale_svc.tables.disputes.disputes import UNDECIDED, disputes
from aftersale_svc.tables.schema import metadata

caseworkers = Table(
    "caseworkers",
    metadata,
    *aggregate(),
    *one_of("role", CaseworkerRole),
    Column("is_available", Boolean, nullable=False),
    texts("types"),
    *quantity("most_open", 1),
    text("set_by"),
    timestamp("set_at"),
)
CASEWORKERS = Rows(caseworkers, Caseworker)
CASEWORKER = Query(
    select(*CASEWORKERS.columns).where(caseworkers.c.id == bindparam("person_id", type_=Text)), Caseworker
)

ON_ROSTER: Query[Record] = Query(select(caseworkers.c.id).where(caseworkers.c.role == bindparam("role", type_=Text)))
"""Everybody who is given work of this role."""

_person = caseworkers.c.id
_OPEN: dict[CaseworkerRole, ScalarSelect[int]] = {
    CaseworkerRole.AGENT: select(func.count())
    .where(cases.c.agent_id == _person, cases.c.state == CaseState.MANUAL_REVIEW)
    .scalar_subquery(),
    CaseworkerRole.ARBITRATOR: select(func.count())
    .where(disputes.c.arbitrator_id == _person, UNDECIDED)
    .scalar_subquery(),
}


def _workloads(role: CaseworkerRole) -> Select[tuple[object, ...]]:
    return select(*caseworkers.c, _OPEN[role].label("open_count")).where(caseworkers.c.role == role)


_EVERYBODY = {"agent": None, "arbitrator": None, "admin": None}
ROSTERS = {
    role: Listing(_workloads(role).subquery(f"{role}s"), Workload, filters=(), seen_by=_EVERYBODY)
    for role in CaseworkerRole
}
"""The roster of each role, with what everybody has."""


def _least_busy(role: CaseworkerRole) -> Query[Workload]:
    found = _workloads(role).subquery("found")
    return Query(
        select(found)
        .where(
            found.c.is_available,
            or_(func.cardinality(found.c.types) == 0, bindparam("type", type_=Text) == any_(found.c.types)),
            found.c.id != all_(bindparam("barred", type_=ARRAY(Text))),
            found.c.open_count < found.c.most_open,
        )
        .order_by(found.c.open_count, found.c.id)
        .limit(1),
        Workload,
    )


LEAST_BUSY = {role: _least_busy(role) for role in CaseworkerRole}
"""Who is available, takes this type, has fewer than their most, and is none of `barred`: the one with least to do."""

_free = (
    union_all(
        *(
            select(found.c.role, found.c.types).where(found.c.is_available, found.c.open_count < found.c.most_open)
            for found in (_workloads(role).subquery(f"free_{role}s") for role in CaseworkerRole)
        )
    )
    .cte("free")
    .prefix_with("MATERIALIZED")
)
_away = select(caseworkers.c.id).where(~caseworkers.c.is_available)


def _to_give(
    source: FromClause, role: CaseworkerRole, document: Table, person: ColumnElement[str], *waits: ColumnElement[bool]
) -> Select[tuple[object, ...]]:
    """Documents that nobody has, or somebody who is away, and that somebody of the role is free for."""
    takes = or_(func.cardinality(_free.c.types) == 0, cases.c.type == any_(_free.c.types))
    return (
        select(literal(role.value).label("role"), document.c.id, document.c.deadline_at)
        .select_from(source)
        .where(
            *waits,
            or_(person.is_(None), person.in_(_away.where(caseworkers.c.role == role))),
            exists().where(_free.c.role == role, takes),
        )
    )


_given = union_all(
    _to_give(
        cases,
        CaseworkerRole.AGENT,
        cases,
        cases.c.agent_id,
        cases.c.whose_turn == "agent",
        cases.c.state == CaseState.MANUAL_REVIEW,
    ),
    _to_give(
        disputes.join(cases, cases.c.id == disputes.c.case_id),
        CaseworkerRole.ARBITRATOR,
        disputes,
        disputes.c.arbitrator_id,
        disputes.c.whose_turn == PLATFORM_TURN,
        UNDECIDED,
    ),
).subquery("given")
TO_GIVE: Query[Record] = Query(select(_given).order_by(_given.c.deadline_at, _given.c.id).limit(bindparam("most")))
"""The reviews and disputes to be given to somebody of the roster, the earliest deadline first, and the role of who decides them."""
RELEASED_BY: Query[Record] = Query(
    select(case_timeline.c.actor_id)
    .where(
        case_timeline.c.case_id == bindparam("case_id"),
        case_timeline.c.dispute_id.is_not_distinct_from(bindparam("dispute_id", type_=Text)),
        case_timeline.c.action == bindparam("action", type_=Text),
    )
    .distinct()
)
"""Who has given a review or a dispute back."""

# What is given at the same time would all go to the same person.
LOCK_ROSTER: Query[Record] = Query(
    select(func.pg_advisory_xact_lock(func.hashtextextended(bindparam("roster_of", type_=Text), 0)))
)
