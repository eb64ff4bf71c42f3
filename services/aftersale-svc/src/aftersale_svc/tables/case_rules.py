"""What merchants publish about their cases: rule sets in versions, and where goods go back to."""

from aftercare_chassis.database.columns import aggregate, document, text, timestamp
from aftercare_chassis.database.mapping import Query, Rows
from asyncpg import Record
from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Integer,
    Table,
    Text,
    bindparam,
    case,
    func,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY

from aftersale_svc.domain.evidence.model import EvidenceState
from aftersale_svc.domain.rules.model import DefaultReturnAddress, OrderAndRules, RuleSet, RuleSetVersion
from aftersale_svc.tables.cases import case_lines, case_timeline, cases
from aftersale_svc.tables.evidence import evidence_files
from aftersale_svc.tables.orders import order_lines, orders
from aftersale_svc.tables.schema import metadata
from aftersale_svc.tables.visibility import seen_by

rule_sets = Table(
    "case_rule_sets",
    metadata,
    *aggregate(),
    Column("merchant_id", Text, nullable=False, unique=True),
    document("rules"),
    text("published_by"),
    timestamp("published_at"),
)

# Rows are only inserted: decisions name a version.
rule_set_versions = Table(
    "case_rule_set_versions",
    metadata,
    Column("rule_set_id", Text, ForeignKey("case_rule_sets.id"), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    text("merchant_id"),
    document("rules"),
    text("published_by"),
    timestamp("published_at"),
    CheckConstraint("version >= 1", name="version"),
)

return_addresses = Table(
    "default_return_addresses",
    metadata,
    *aggregate(),
    Column("merchant_id", Text, nullable=False, unique=True),
    document("address"),
    text("updated_by"),
    timestamp("updated_at"),
)

_MERCHANTS_OWN = {"agent": None, "arbitrator": None, "admin": None}
RULE_SETS_SEEN_BY = {"seller": rule_sets.c.merchant_id, **_MERCHANTS_OWN}
ADDRESSES_SEEN_BY = {"seller": return_addresses.c.merchant_id, **_MERCHANTS_OWN}
RULE_SETS = Rows(rule_sets, RuleSet, RULE_SETS_SEEN_BY)
RULE_SET_VERSIONS = Rows(rule_set_versions, RuleSetVersion)
RETURN_ADDRESSES = Rows(return_addresses, DefaultReturnAddress, ADDRESSES_SEEN_BY)

_merchant_id = bindparam("merchant_id", type_=Text)
RULE_SET_OF = Query(select(rule_sets).where(rule_sets.c.merchant_id == _merchant_id), RuleSet, RULE_SETS_SEEN_BY)
RULE_SET_VERSION_OF = Query(
    select(rule_set_versions)
    .join(rule_sets, rule_sets.c.id == rule_set_versions.c.rule_set_id)
    .where(rule_sets.c.merchant_id == _merchant_id, rule_set_versions.c.version == bindparam("number", type_=Integer)),
    RuleSetVersion,
    RULE_SETS_SEEN_BY,
)
RETURN_ADDRESS_OF = Query(
    select(return_addresses).where(return_addresses.c.merchant_id == _merchant_id),
    DefaultReturnAddress,
    ADDRESSES_SEEN_BY,
)

_categories = (
    select(func.jsonb_object_agg(order_lines.c.line_id, order_lines.c.category))
    .where(order_lines.c.order_id == orders.c.id, order_lines.c.category.is_not(None))
    .scalar_subquery()
)
# In the statement that locks the order: a merchant without rules costs two look-ups in an index, and no round trip.
ORDER_AND_RULES = Query(
    select(
        orders,
        rule_sets.c.version.label("rules_version"),
        rule_sets.c.rules,
        return_addresses.c.address.label("default_address"),
        case((rule_sets.c.id.is_not(None), _categories)).label("categories"),
    )
    .select_from(
        orders.outerjoin(rule_sets, rule_sets.c.merchant_id == orders.c.merchant_id).outerjoin(
            return_addresses, return_addresses.c.merchant_id == orders.c.merchant_id
        )
    )
    .where(orders.c.id == bindparam("order_id"))
    .with_for_update(key_share=True, of=orders),
    OrderAndRules,
    seen_by(orders),
)

# The cases that a buyer opens about several orders at once would not see each other; the lock of an order keeps none of them.
LOCK_HISTORY: Query[Record] = Query(
    select(func.pg_advisory_xact_lock(func.hashtextextended(bindparam("history_of", type_=Text), 0)))
)

PAST_CASES: Query[Record] = Query(
    select(cases.c.id, cases.c.buyer_id, cases.c.created_at, cases.c.reject_reason.is_not(None).label("was_rejected"))
    .where(
        cases.c.buyer_id == bindparam("buyer_ids", type_=ARRAY(Text)).any_(),
        cases.c.merchant_id == _merchant_id,
        cases.c.created_at >= bindparam("since"),
    )
    .order_by(cases.c.id.desc())
    .limit(bindparam("most", type_=Integer))
)
"""The newest cases of buyers at a merchant."""

_lines = (
    select(
        func.array_agg(case_lines.c.sku).label("skus"),
        func.array_agg(order_lines.c.category).label("categories"),
    )
    .select_from(
        case_lines.outerjoin(
            order_lines,
            (order_lines.c.order_id == cases.c.order_id) & (order_lines.c.line_id == case_lines.c.line_id),
        )
    )
    .where(case_lines.c.case_id == cases.c.id)
    .lateral("of_lines")
)
_opened = (
    select(case_timeline.c.actor_role.label("opened_by"))
    .where(case_timeline.c.case_id == cases.c.id)
    .order_by(case_timeline.c.id)
    .limit(1)
    .lateral("of_opening")
)
_decided = (
    select(case_timeline.c.action.label("decided"), case_timeline.c.actor_role.label("decided_by"))
    .where(
        case_timeline.c.case_id == cases.c.id,
        or_(*(case_timeline.c.action == action for action in ("approve", "reject", "escalate"))),
    )
    .order_by(case_timeline.c.id)
    .limit(1)
    .lateral("of_decision")
)
_files = (
    select(func.count(evidence_files.c.sha256.distinct()))
    .where(
        evidence_files.c.order_id == cases.c.order_id,
        evidence_files.c.state == EvidenceState.ACCEPTED,
        evidence_files.c.sha256 == func.any(cases.c.evidence),
    )
    .correlate(cases)
    .scalar_subquery()
)
LATEST_CASES: Query[Record] = Query(
    select(
        *(cases.c[name] for name in ("id", "buyer_id", "type", "reason", "stage", "currency", "created_at")),
        (cases.c.requested_minor + cases.c.shipping_refund_minor).label("amount_minor"),
        _files.label("evidence"),
        *(_lines.c[name] for name in ("skus", "categories")),
        _opened.c.opened_by,
        _decided.c.decided,
        _decided.c.decided_by,
    )
    .select_from(cases.join(_lines, true()).outerjoin(_opened, true()).outerjoin(_decided, true()))
    .where(cases.c.merchant_id == _merchant_id)
    .order_by(cases.c.id.desc())
    .limit(bindparam("most", type_=Integer))
)
"""The newest cases of a merchant, with what rules judge of them and what was decided first."""
