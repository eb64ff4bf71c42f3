"""The steps of all timelines and of the claims beside them, in the order of their ids, for whoever follows many cases."""

from typing import Any

from aftercare_chassis.database.mapping import Query
from asyncpg import Record
from sqlalchemy import (
    CompoundSelect,
    DateTime,
    Select,
    Table,
    Text,
    all_,
    and_,
    bindparam,
    case,
    cast,
    exists,
    func,
    literal,
    null,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from aftersale_svc.domain.cases.states import CaseState
from aftersale_svc.domain.claims.model import ClaimKind
from aftersale_svc.domain.deadlines.ledger import DocumentKind
from aftersale_svc.domain.history.live_steps import LiveStep
from aftersale_svc.tables.cases.case_changes import case_changes, field_at
from aftersale_svc.tables.cases.cases import CASE_SEEN_BY, case_timeline, cases
from aftersale_svc.tables.claims.claim_kinds import CLAIM_KINDS, StoredClaims
from aftersale_svc.tables.claims.claims import claim_steps
from aftersale_svc.tables.deadlines.deadlines import deadlines

# Any: statements have columns of any type, and each kind of claim has rows of its own.

# Of the other tables of claims, each row has its kind.
_KINDS = {DocumentKind.COURIER_CLAIM: ClaimKind.COURIER, DocumentKind.REFUSED_GOODS_CLAIM: ClaimKind.REFUSED_GOODS}
_ONLY_OF_CASE = {
    "on_behalf_of": Text,
    "case_id": Text,
    "dispute_id": Text,
    "message": JSONB,
    "reason": Text,
    "details": JSONB,
}


def _added(steps: Table) -> Select[Any]:
    """The steps of a table with the columns of both. Each is read by its key, so that the limit ends both reads."""
    columns = [
        steps.c[each.name] if each.name in steps.c else cast(null(), _ONLY_OF_CASE[each.name]).label(each.name)
        for each in case_timeline.c
    ]
    claim_id = steps.c.claim_id if "claim_id" in steps.c else cast(null(), Text).label("claim_id")
    return select(*columns, claim_id).where(
        steps.c.id > bindparam("after"), steps.c.id != all_(bindparam("known", type_=ARRAY(Text)))
    )


_step = union_all(_added(case_timeline), _added(claim_steps)).subquery("step")


def _claim(kind: StoredClaims[Any]) -> Select[Any]:
    table = kind.rows.table
    its_kind = table.c.kind if "kind" in table.c else literal(_KINDS[kind.type.document]).label("kind")
    its_buyer = literal("buyer_id" in table.c).label("for_buyer")
    return select(table.c.case_id, its_kind, its_buyer).where(table.c.id == _step.c.claim_id).correlate(_step)


_claims: CompoundSelect[Any] = union_all(*(_claim(each) for each in CLAIM_KINDS))
_of_claim = _claims.lateral("of_claim")
_at = _step.c.at
# A case that a dispute stops waits for the turn of the dispute.
_of_case = or_(
    deadlines.c.document == DocumentKind.DISPUTE,
    and_(deadlines.c.document == DocumentKind.CASE, deadlines.c.document_state != CaseState.DISPUTED),
)
_turns = select(deadlines.c.turn).where(
    deadlines.c.case_id == cases.c.id,
    case((_step.c.claim_id.is_(None), _of_case), else_=deadlines.c.document_id == _step.c.claim_id),
    deadlines.c.set_at <= _at,
    or_(deadlines.c.ended_at.is_(None), deadlines.c.ended_at >= _at),
)
_version = select(func.max(case_changes.c.version)).where(
    case_changes.c.case_id == cases.c.id, case_changes.c.at <= _at
)
_is_recorded = exists().where(case_changes.c.case_id == cases.c.id, case_changes.c.previous.is_(None))
_CHANGING = {"state": "case_state", "type": "type", "reason": "reason_of_case", "whose_turn": "whose_turn"}
STEPS_ADDED = Query(
    select(
        *(each for each in _step.c if each.name != "case_id"),
        cases.c.id.label("case_id"),
        _of_claim.c.kind,
        func.coalesce(_of_claim.c.for_buyer, true()).label("for_buyer"),
        *(cases.c[name] for name in ("order_id", "buyer_id", "merchant_id")),
        func.coalesce(_version.scalar_subquery(), cases.c.version).label("version"),
        *(
            func.coalesce(field_at(name, cases.c.id, _at), cases.c[name]).label(label)
            for name, label in _CHANGING.items()
        ),
        case(
            (_is_recorded, cast(field_at("deadline_at", cases.c.id, _at), DateTime(timezone=True))),
            else_=cases.c.deadline_at,
        ).label("deadline_at"),
        func.array(_turns.scalar_subquery()).label("turns"),
    )
    .select_from(
        _step.outerjoin(_of_claim, true()).join(
            cases, cases.c.id == func.coalesce(_step.c.case_id, _of_claim.c.case_id)
        )
    )
    .order_by(_step.c.id)
    .limit(bindparam("most")),
    LiveStep,
    CASE_SEEN_BY,
)
"""The steps above an id that are not known, the oldest first."""
_newest = union_all(*(select(func.max(each.c.id).label("id")) for each in (case_timeline, claim_steps))).subquery(
    "newest_of_each"
)
NEWEST_STEP: Query[Record] = Query(
    select(_newest.c.id).where(_newest.c.id.is_not(None)).order_by(_newest.c.id.desc()).limit(1)
)
"""The step that was added last."""
