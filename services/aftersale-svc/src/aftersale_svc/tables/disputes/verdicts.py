"""What verdicts say besides their remedy: who bears which costs, and which sanctions are recommended."""

from aftercare_chassis.database.columns import minor, one_of, text, timestamp
from aftercare_chassis.database.mapping import Listing, Query, Rows, Statement
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Table,
    Text,
    bindparam,
    case,
    cast,
    delete,
    func,
    or_,
    select,
)

from aftersale_svc.domain.disputes.costs import CostBearer, CostKind, CostTotal, DisputeCost
from aftersale_svc.domain.disputes.sanctions import RecommendedSanction, SanctionCode, SanctionSubject
from aftersale_svc.tables.schema import metadata

dispute_costs = Table(
    "dispute_costs",
    metadata,
    Column("id", Text, primary_key=True),
    Column("dispute_id", Text, ForeignKey("disputes.id"), nullable=False),
    text("case_id"),
    text("merchant_id"),
    *one_of("kind", CostKind),
    *one_of("bearer", CostBearer),
    *minor("amount_minor"),
    text("currency"),
    timestamp("decided_at"),
    text("reverses", null=True),
    CheckConstraint("amount_minor > 0", name="amount"),
    Index("dispute_costs_dispute_idx", "dispute_id", "id"),
    Index("dispute_costs_merchant_idx", "merchant_id", "id"),
)

recommended_sanctions = Table(
    "recommended_sanctions",
    metadata,
    Column("dispute_id", Text, ForeignKey("disputes.id"), primary_key=True),
    Column("code", Text, primary_key=True),
    Column("subject", Text, primary_key=True),
    text("subject_id"),
    *one_of("code", SanctionCode)[1:],
    *one_of("subject", SanctionSubject)[1:],
    Index("recommended_sanctions_subject_idx", "subject_id"),
)

# What others bear of a dispute is no secret between the merchant and the platform; buyers do not settle with them.
COSTS_SEEN_BY = {"seller": dispute_costs.c.merchant_id, "agent": None, "admin": None}
DISPUTE_COSTS = Rows(dispute_costs, DisputeCost)
SANCTIONS = Rows(recommended_sanctions, RecommendedSanction)
COST_LIST = Listing(
    dispute_costs, DisputeCost, filters=("merchant_id", "dispute_id", "bearer", "kind"), seen_by=COSTS_SEEN_BY
)
_signed = case((dispute_costs.c.reverses.is_(None), dispute_costs.c.amount_minor), else_=-dispute_costs.c.amount_minor)
_merchant, _dispute = bindparam("merchant_id", type_=Text), bindparam("dispute_id", type_=Text)
COST_TOTALS = Query(
    select(
        dispute_costs.c.merchant_id,
        dispute_costs.c.bearer,
        dispute_costs.c.currency,
        cast(func.sum(_signed), BigInteger).label("amount_minor"),
        func.count(dispute_costs.c.dispute_id.distinct()).label("disputes"),
    )
    .where(or_(_merchant.is_(None), dispute_costs.c.merchant_id == _merchant))
    .where(or_(_dispute.is_(None), dispute_costs.c.dispute_id == _dispute))
    .group_by(dispute_costs.c.merchant_id, dispute_costs.c.bearer, dispute_costs.c.currency)
    .order_by(dispute_costs.c.merchant_id, dispute_costs.c.bearer, dispute_costs.c.currency),
    CostTotal,
    seen_by=COSTS_SEEN_BY,
)
COSTS_OF_DISPUTE = Query(
    select(*DISPUTE_COSTS.columns)
    .where(dispute_costs.c.dispute_id == bindparam("dispute_id"))
    .order_by(dispute_costs.c.id),
    DisputeCost,
)
SANCTIONS_OF_DISPUTE = Query(
    select(*SANCTIONS.columns)
    .where(recommended_sanctions.c.dispute_id == bindparam("dispute_id"))
    .order_by(recommended_sanctions.c.subject, recommended_sanctions.c.code),
    RecommendedSanction,
)
DROP_SANCTIONS = Statement(delete(recommended_sanctions).where(recommended_sanctions.c.dispute_id == bindparam("of")))
"""What a replaced verdict had recommended; its event has it."""
