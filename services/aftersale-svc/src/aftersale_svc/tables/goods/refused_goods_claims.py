"""Claims to goods that an inspection refused."""

from aftercare_chassis.database.columns import aggregate, minor, one_of, text, texts, timestamp
from aftercare_chassis.database.mapping import Query, Rows, Statement
from sqlalchemy import CheckConstraint, Column, DateTime, ForeignKey, Index, Table, Text, bindparam, select, update
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from aftersale_svc.domain.cases.refused_goods.codes import NothingOwedReason, RefusedGoodsState
from aftersale_svc.domain.cases.refused_goods.model import OwedGoods
from aftersale_svc.domain.claims.model import ClaimStep
from aftersale_svc.domain.refused_goods.lifecycle import REFUSED_GOODS_CLAIM
from aftersale_svc.domain.refused_goods.model import RefusedGoodsClaim
from aftersale_svc.tables.claims.claim_lists import claim_lists
from aftersale_svc.tables.claims.claims import claim_steps
from aftersale_svc.tables.schema import metadata
from aftersale_svc.tables.visibility import seen_by

_ENDS = ", ".join(f"'{end}'" for end in sorted(REFUSED_GOODS_CLAIM.ends))
refused_goods_claims = Table(
    "refused_goods_claims",
    metadata,
    *aggregate(),
    Column("case_id", Text, ForeignKey("cases.id"), nullable=False),
    text("order_id"),
    text("buyer_id"),
    text("merchant_id"),
    text("opened_by"),
    *one_of("state", RefusedGoodsState),
    text("whose_turn"),
    timestamp("deadline_at", null=True),
    Column("lines", JSONB, nullable=False),
    text("carrier", null=True),
    text("waybill_no", null=True),
    timestamp("sent_at", null=True),
    timestamp("scanned_at", null=True),
    timestamp("delivered_at", null=True),
    timestamp("contested_at", null=True),
    texts("evidence"),
    *minor("claimed_minor"),
    *minor("owed_minor", null=True),
    text("currency"),
    text("decided_by", null=True),
    *minor("proposed_minor", null=True),
    text("proposed_by", null=True),
    *one_of("reason", NothingOwedReason, null=True),
    text("payment_reference", null=True),
    Column("party_ids", ARRAY(Text), nullable=False),
    timestamp("created_at"),
    timestamp("updated_at"),
    CheckConstraint("(carrier IS NULL) = (waybill_no IS NULL)", name="waybill"),
    CheckConstraint("owed_minor <= claimed_minor", name="owed"),
    CheckConstraint("proposed_minor <= claimed_minor", name="proposed"),
    CheckConstraint("(proposed_minor IS NULL) = (proposed_by IS NULL)", name="proposer"),
    CheckConstraint("state NOT IN ('await_payment', 'compensated') OR owed_minor IS NOT NULL", name="awarded"),
    CheckConstraint("(state = 'compensated') = (payment_reference IS NOT NULL)", name="paid"),
    CheckConstraint("(state = 'nothing_owed') = (reason IS NOT NULL)", name="declined"),
    CheckConstraint("(state = 'delivered') = (delivered_at IS NOT NULL)", name="delivered"),
    CheckConstraint(f"(state IN ({_ENDS})) = (deadline_at IS NULL)", name="deadline"),
    Index("refused_goods_claims_case_idx", "case_id", "id"),
    Index("refused_goods_claims_order_idx", "order_id", "id"),
    Index("refused_goods_claims_waybill_no_idx", "waybill_no", "carrier"),
    Index("refused_goods_claims_buyer_idx", "buyer_id", "id"),
    Index("refused_goods_claims_merchant_idx", "merchant_id", "id"),
    Index("refused_goods_claims_turn_idx", "whose_turn", postgresql_where=sql("whose_turn <> 'nobody'")),
    Index("refused_goods_claims_due_idx", "deadline_at", postgresql_where=sql("deadline_at IS NOT NULL")),
    # The goods that a merchant has of a case go back in one parcel.
    Index("refused_goods_claims_waiting_key", "case_id", unique=True, postgresql_where=sql("state = 'await_dispatch'")),
)

_c = refused_goods_claims.c
REFUSED_GOODS_SEEN_BY = seen_by(refused_goods_claims)
REFUSED_GOODS_CLAIMS = Rows(refused_goods_claims, RefusedGoodsClaim, REFUSED_GOODS_SEEN_BY)
OWED_GOODS = Rows(refused_goods_claims, OwedGoods)
"""Read with their cases, never saved."""
REFUSED_GOODS_LISTS = claim_lists(
    *(refused_goods_claims, RefusedGoodsClaim, REFUSED_GOODS_SEEN_BY),
    *("case_id", "order_id", "state", "whose_turn", "buyer_id", "merchant_id"),
)
"""The claims that a reader may see, by the order of the list."""
IN_PARCEL = Query(
    select(refused_goods_claims)
    .where(
        _c.case_id == bindparam("case_id"),
        _c.carrier == bindparam("carrier"),
        _c.waybill_no == bindparam("waybill_no"),
    )
    .order_by(_c.id.desc())
    .limit(1),
    RefusedGoodsClaim,
)
"""The claim to the goods in this parcel."""
RECORD_SCAN = Statement(
    update(refused_goods_claims)
    .where(_c.id == bindparam("claim_id"))
    .values(scanned_at=bindparam("first_at", type_=DateTime(timezone=True)))
)
"""A courier has had the parcel of a locked claim; nothing is published of that, so the claim has no new version."""
STEPS_OF_CASE = Query(
    select(claim_steps)
    .join_from(claim_steps, refused_goods_claims, _c.id == claim_steps.c.claim_id)
    .where(_c.case_id == bindparam("case_id"))
    .order_by(claim_steps.c.id),
    ClaimStep,
)
"""The steps of all claims to refused goods of a case, oldest first. The caller has read the case before."""
