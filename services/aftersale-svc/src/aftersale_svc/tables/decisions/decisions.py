"""Decisions about cases. Rows are only inserted."""

from typing import Any

from aftercare_chassis.database.columns import document, one_of, text, timestamp
from aftercare_chassis.database.mapping import Query, Rows
from asyncpg import Record
from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, Label, Table, Text, bindparam, func, select

from aftersale_svc.domain.decisions.model import Decision, DecisionBasis, DecisionKind
from aftersale_svc.tables.schema import metadata
from aftersale_svc.tables.visibility import seen_by

_K = DecisionKind
decisions = Table(
    "decisions",
    metadata,
    Column("id", Text, primary_key=True),
    Column("case_id", Text, ForeignKey("cases.id"), nullable=False),
    text("dispute_id", null=True),
    text("claim_id", null=True),
    text("order_id"),
    text("buyer_id"),
    text("merchant_id"),
    *one_of("kind", DecisionKind),
    text("outcome"),
    text("reason", null=True),
    *one_of("basis", DecisionBasis),
    text("decided_by"),
    text("decided_by_role"),
    timestamp("decided_at"),
    Column("rules_version", Integer, nullable=True),
    text("rule_id", null=True),
    Column("reasons_version", Integer, nullable=False),
    document("policy"),
    document("facts"),
    CheckConstraint("(basis = 'rule') = (rule_id IS NOT NULL)", name="rule"),
    CheckConstraint("(rule_id IS NULL) = (rules_version IS NULL)", name="rules_version"),
    Index("decisions_case_idx", "case_id", "id"),
)

DECISIONS = Rows(decisions, Decision, seen_by(decisions))
_of_dispute = select(decisions).where(
    decisions.c.case_id == bindparam("case_id"), decisions.c.dispute_id == bindparam("dispute_id")
)
VERDICT_OF_DISPUTE = Query(_of_dispute.order_by(decisions.c.id.desc()).limit(1), Decision)
"""The verdict that holds."""
DECISIONS_OF_DISPUTE = Query(_of_dispute.order_by(decisions.c.id), Decision)
"""Its verdict, against which each side may appeal, then what was decided about the appeals; or its settlement."""
_BESIDE = (_K.GUARANTEE_CLAIM, _K.COURIER_CLAIM, _K.REFUSED_GOODS_CLAIM)
_deciders = (
    select(decisions.c.decided_by)
    .where(decisions.c.basis == DecisionBasis.PERSON, *(decisions.c.kind != kind for kind in _BESIDE))
    .distinct()
    .order_by(decisions.c.decided_by)
)
DECIDERS_OF_CASE: Query[Record] = Query(_deciders.where(decisions.c.case_id == bindparam("case_id")))
"""The people who have decided about a case itself, or ended a dispute about it."""


def deciders_of(case_id: Column[str]) -> Label[Any]:  # Any: an array of texts
    """The same as a column `deciders` of a statement about this case."""
    found = _deciders.where(decisions.c.case_id == case_id).correlate(case_id.table)
    return func.array(found.scalar_subquery()).label("deciders")


DECISIONS_OF_CASE = Query(
    select(decisions).where(decisions.c.case_id == bindparam("case_id")).order_by(decisions.c.id), Decision
)
