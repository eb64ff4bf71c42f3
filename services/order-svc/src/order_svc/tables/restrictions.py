"""Our copy of the sanctions that concern orders."""

from aftercare_chassis.database.columns import one_of, text, timestamp
from aftercare_chassis.database.compiled import SeenBy
from aftercare_chassis.database.mapping import Listing, Query, Rows
from asyncpg import Record
from sqlalchemy import Column, DateTime, Index, Table, Text, and_, bindparam, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY

from order_svc.domain.sales.restrictions import OrdersEffect, Restriction, SanctionSubjectType
from order_svc.tables.schema import metadata

restrictions = Table(
    "restrictions",
    metadata,
    Column("id", Text, primary_key=True),
    *one_of("subject_type", SanctionSubjectType, null=True),
    text("subject_id"),
    text("sku", null=True),
    text("kind"),
    text("reason"),
    *one_of("orders", OrdersEffect),
    timestamp("imposed_at"),
    timestamp("expires_at", null=True),
    timestamp("lifted_at", null=True),
    Index("restrictions_subject_idx", "subject_id"),
)

_PLATFORM: SeenBy = {"agent": None, "arbitrator": None, "admin": None}
_NOW = bindparam("now", type_=DateTime(timezone=True))
_TYPE, _SUBJECT = restrictions.c.subject_type, restrictions.c.subject_id
_IN_FORCE = and_(
    restrictions.c.lifted_at.is_(None), or_(restrictions.c.expires_at.is_(None), restrictions.c.expires_at > _NOW)
)
RESTRICTIONS = Rows(restrictions, Restriction)
RESTRICTION_LIST = Listing(
    restrictions,
    Restriction,
    filters=("subject_type", "subject_id", "sku", "orders"),
    seen_by=_PLATFORM,
    by="imposed_at",
    turned=True,
)
RESTRICTIONS_OF_ORDER = Query(
    select(restrictions).where(
        _IN_FORCE,
        or_(
            and_(bindparam("buyer_id") == _SUBJECT, or_(_TYPE.is_(None), _TYPE == SanctionSubjectType.BUYER)),
            and_(bindparam("merchant_id") == _SUBJECT, or_(_TYPE.is_(None), _TYPE == SanctionSubjectType.MERCHANT)),
            and_(
                bindparam("merchant_id") == _SUBJECT,
                _TYPE == SanctionSubjectType.SKU,
                restrictions.c.sku == bindparam("skus", type_=ARRAY(Text)).any_(),
            ),
        ),
    ),
    Restriction,
)
_LOCK = func.hashtextextended("restrictions", 0)
SHARE_RESTRICTIONS: Query[Record] = Query(select(func.pg_advisory_xact_lock_shared(_LOCK)))
"""Held while an order is placed: restrictions are read after it, and none is imposed before the order is there."""
LOCK_RESTRICTIONS: Query[Record] = Query(select(func.pg_advisory_xact_lock(_LOCK)))
"""Held while a restriction is imposed or lifted."""
