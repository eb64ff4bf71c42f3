"""Claims on a guarantee, and what they exclude."""

from aftercare_chassis.database.columns import aggregate, document, minor, one_of, quantity, text, texts, timestamp
from aftercare_chassis.database.mapping import Query, Rows
from asyncpg import Record
from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    and_,
    any_,
    bindparam,
    case,
    cast,
    func,
    or_,
    select,
    true,
)
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY

from aftersale_svc.domain.cases.deposit_covers.model import DepositCover
from aftersale_svc.domain.cases.model import Case
from aftersale_svc.domain.guarantee_claims.codes import (
    GuaranteeFailure,
    GuaranteeKind,
    GuaranteeOrigin,
    GuaranteeRefusal,
    GuaranteeState,
)
from aftersale_svc.domain.guarantee_claims.lifecycle import UNPAID_ENDS
from aftersale_svc.domain.guarantee_claims.model import GuaranteeClaim, GuaranteeTotal
from aftersale_svc.domain.orders.model import Order
from aftersale_svc.tables.cases.cases import cases
from aftersale_svc.tables.claims.claim_lists import claim_lists
from aftersale_svc.tables.claims.claims import claim_steps
from aftersale_svc.tables.orders import SETTINGS, orders
from aftersale_svc.tables.schema import metadata
from aftersale_svc.tables.visibility import seen_by

guarantee_claims = Table(
    "guarantee_claims",
    metadata,
    *aggregate(),
    *one_of("kind", GuaranteeKind),
    Column("case_id", Text, ForeignKey("cases.id"), nullable=False),
    text("order_id"),
    text("buyer_id"),
    text("merchant_id"),
    text("refund_id", null=True),
    text("dispute_id", null=True),
    *one_of("origin", GuaranteeOrigin),
    text("opened_by"),
    *one_of("state", GuaranteeState),
    text("whose_turn"),
    timestamp("deadline_at", null=True),
    Column("merchant_silent", Boolean, nullable=False),
    texts("evidence"),
    *quantity("evidence_requests"),
    *minor("claimed_minor"),
    *minor("owed_minor", null=True),
    document("settings", null=True),
    text("currency"),
    text("decided_by", null=True),
    *one_of("refusal", GuaranteeRefusal, null=True),
    *one_of("failure", GuaranteeFailure, null=True),
    text("payment_reference", null=True),
    text("paid_by", null=True),
    timestamp("paid_at", null=True),
    # The default is for builds that write claims without this column.
    Column("party_ids", ARRAY(Text), nullable=False, server_default="{}"),
    timestamp("created_at"),
    timestamp("updated_at"),
    CheckConstraint("(kind = 'merchant_deposit') = (refund_id IS NOT NULL)", name="refund_id"),
    CheckConstraint("owed_minor <= claimed_minor", name="owed"),
    CheckConstraint("state NOT IN ('paying', 'paid') OR owed_minor IS NOT NULL", name="approved"),
    CheckConstraint("(state = 'paid') = (payment_reference IS NOT NULL AND paid_at IS NOT NULL)", name="paid"),
    CheckConstraint("(state = 'nothing_owed') = (refusal IS NOT NULL)", name="refused"),
    CheckConstraint("(state = 'failed') = (failure IS NOT NULL)", name="failed"),
    Index("guarantee_claims_case_idx", "case_id", "id"),
    Index("guarantee_claims_order_idx", "order_id", "id"),
    Index("guarantee_claims_buyer_idx", "buyer_id", "id"),
    Index("guarantee_claims_merchant_idx", "merchant_id", "id"),
    Index("guarantee_claims_turn_idx", "whose_turn", postgresql_where=sql("whose_turn <> 'nobody'")),
    Index("guarantee_claims_due_idx", "deadline_at", postgresql_where=sql("deadline_at IS NOT NULL")),
    # One claim on a guarantee is open at a time. The insurance pays for a case once; the deposit until all of the failed refund is paid.
    Index(
        "guarantee_claims_open_key",
        "case_id",
        "kind",
        unique=True,
        postgresql_where=sql("state NOT IN ('nothing_owed', 'failed', 'cancelled', 'paid')"),
    ),
    Index(
        "guarantee_claims_freight_key",
        "case_id",
        unique=True,
        postgresql_where=sql("kind = 'freight_insurance' AND state NOT IN ('nothing_owed', 'failed', 'cancelled')"),
    ),
)

_c = guarantee_claims.c
GUARANTEE_CLAIMS_SEEN_BY = seen_by(guarantee_claims)
GUARANTEE_CLAIMS = Rows(guarantee_claims, GuaranteeClaim, GUARANTEE_CLAIMS_SEEN_BY)
DEPOSIT_COVERS = Rows(guarantee_claims, DepositCover)
"""Read with their cases, never saved."""
COVERS_CASE = and_(_c.kind == GuaranteeKind.MERCHANT_DEPOSIT, *(_c.state != end for end in sorted(UNPAID_ENDS)))
"""Whether a claim on the deposit lives or was paid."""
_then = (
    select(claim_steps.c.state)
    .where(claim_steps.c.claim_id == _c.id, claim_steps.c.at <= bindparam("at", type_=DateTime(timezone=True)))
    .order_by(claim_steps.c.id.desc())
    .limit(1)
    .lateral("of_time")
)
_was_approved = or_(*(_then.c.state == state for state in (GuaranteeState.PAYING, GuaranteeState.PAID)))
_covers_then = (
    select(_c.id, _c.case_id, _then.c.state, case((_was_approved, _c.owed_minor)).label("owed_minor"), _c.refund_id)
    .select_from(guarantee_claims.join(_then, true()))
    .where(_c.kind == GuaranteeKind.MERCHANT_DEPOSIT, *(_then.c.state != end for end in sorted(UNPAID_ENDS)))
)
COVERS_THEN = Query(_covers_then.where(_c.case_id == bindparam("case_id")), DepositCover)
"""The claims on the deposit that were open or paid at a time, as they were then. The caller has read the case before."""
COVERS_OF_CASES_THEN = Query(
    _covers_then.where(_c.case_id == any_(bindparam("case_ids", type_=ARRAY(Text)))), DepositCover
)
"""The same of several cases."""
INSURANCE_CLAIMED_THEN: Query[Record] = Query(
    select(_c.id)
    .select_from(guarantee_claims.join(_then, true()))
    .where(
        _c.case_id == bindparam("case_id"),
        _c.kind == GuaranteeKind.FREIGHT_INSURANCE,
        *(_then.c.state != end for end in sorted(UNPAID_ENDS)),
    )
)
"""The claim on the insurance of the freight that was open or paid at a time. The caller has read the case before."""
GUARANTEE_CLAIM_LISTS = claim_lists(
    *(guarantee_claims, GuaranteeClaim, GUARANTEE_CLAIMS_SEEN_BY),
    *("case_id", "order_id", "kind", "state", "whose_turn", "buyer_id", "merchant_id"),
)
"""The claims that a reader may see, by the order of the list."""
TAKEN = Query(
    select(guarantee_claims)
    .where(
        _c.case_id == bindparam("case_id"),
        _c.kind == bindparam("kind"),
        *(_c.state != end for end in sorted(UNPAID_ENDS)),
    )
    .order_by(_c.state == GuaranteeState.PAID, _c.id.desc())
    .limit(1),
    GuaranteeClaim,
)
"""The claim of a case on a guarantee that is open, else the last one that was paid. The case is locked, so that no other one is opened meanwhile."""
ORDER_OF_GUARANTEE = Query(
    select(orders, SETTINGS)
    .join_from(orders, guarantee_claims, _c.order_id == orders.c.id)
    .where(_c.id == bindparam("claim_id"))
    .with_for_update(key_share=True, of=orders),
    Order,
    GUARANTEE_CLAIMS_SEEN_BY,
)
CASE_OF_GUARANTEE = Query(
    select(cases)
    .join_from(cases, guarantee_claims, _c.case_id == cases.c.id)
    .where(_c.id == bindparam("claim_id"))
    .with_for_update(key_share=True, of=cases),
    Case,
    GUARANTEE_CLAIMS_SEEN_BY,
)
_paid = _c.state == GuaranteeState.PAID
_open = or_(*(_c.state == state for state in GuaranteeState if state not in (*UNPAID_ENDS, GuaranteeState.PAID)))


_merchant = bindparam("merchant_id", type_=Text)
TOTALS = Query(
    select(
        _c.merchant_id,
        _c.kind,
        _c.currency,
        cast(func.count().filter(_paid), Integer).label("paid"),
        cast(func.coalesce(func.sum(_c.owed_minor).filter(_paid), 0), BigInteger).label("paid_minor"),
        cast(func.count().filter(_open), Integer).label("open"),
        cast(
            func.coalesce(func.sum(func.coalesce(_c.owed_minor, _c.claimed_minor)).filter(_open), 0), BigInteger
        ).label("open_minor"),
    )
    .where(or_(_merchant.is_(None), _c.merchant_id == _merchant))
    .group_by(_c.merchant_id, _c.kind, _c.currency)
    .order_by(_c.merchant_id, _c.kind, _c.currency)
    .limit(500),
    GuaranteeTotal,
    GUARANTEE_CLAIMS_SEEN_BY,
)
"""What each guarantee has paid for a merchant, by currency; of all merchants where none is named."""
