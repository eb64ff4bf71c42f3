"""What claims of every kind have: their history."""

from aftercare_chassis.database.columns import text, texts, timestamp
from aftercare_chassis.database.mapping import Query, Rows
from sqlalchemy import Column, Index, Table, Text, bindparam, select
from sqlalchemy.dialects.postgresql import ARRAY

from aftersale_svc.domain.claims.model import ClaimStep
from aftersale_svc.tables.schema import metadata

claim_steps = Table(
    "claim_steps",
    metadata,
    Column("id", Text, primary_key=True),
    text("claim_id"),
    timestamp("at"),
    text("actor_id"),
    text("actor_role"),
    text("action"),
    text("state"),
    text("note", null=True),
    texts("evidence"),
    text("decision_id", null=True),
    Index("claim_steps_claim_idx", "claim_id", "id"),
)

CLAIM_STEPS = Rows(claim_steps, ClaimStep)
STEPS_OF_CLAIMS = Query(
    select(claim_steps)
    .where(claim_steps.c.claim_id == bindparam("claim_ids", type_=ARRAY(Text)).any_())
    .order_by(claim_steps.c.id),
    ClaimStep,
)
STEPS_OF_CLAIM = Query(
    select(claim_steps).where(claim_steps.c.claim_id == bindparam("claim_id")).order_by(claim_steps.c.id), ClaimStep
)
"""The caller has read the claim before, so whoever may see that sees its history."""
