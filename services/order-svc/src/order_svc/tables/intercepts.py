"""Intercepts of parcels, and the addresses that parcels are to go to instead."""

from aftercare_chassis.database.columns import aggregate, minor, one_of, text, timestamp
from aftercare_chassis.database.mapping import Listing, Query, Rows
from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Table, Text, bindparam, or_, select
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY

from order_svc.domain.intercepts.model import FeePayer, Intercept, InterceptAddress, InterceptPurpose, InterceptState
from order_svc.tables.schema import metadata
from order_svc.tables.visibility import seen_by

_OPEN = sql("state IN ('requested', 'submitted')")

intercepts = Table(
    "intercepts",
    metadata,
    *aggregate(),
    Column("order_id", Text, ForeignKey("orders.id"), nullable=False),
    Column("parcel_id", Text, ForeignKey("parcels.id"), nullable=False),
    text("buyer_id"),
    text("merchant_id"),
    text("carrier"),
    text("waybill_no"),
    *one_of("purpose", InterceptPurpose),
    *one_of("state", InterceptState),
    text("requested_by"),
    timestamp("created_at"),
    timestamp("updated_at"),
    timestamp("deadline_at", null=True),
    timestamp("sent_at", null=True),
    text("reference", null=True),
    text("refusal", null=True),
    *minor("fee_minor", null=True),
    text("currency", null=True),
    *one_of("fee_payer", FeePayer, null=True),
    timestamp("ended_at", null=True),
    text("reason", null=True),
    CheckConstraint("(state IN ('requested', 'submitted')) = (ended_at IS NULL)", name="ended"),
    CheckConstraint("(fee_minor IS NULL) = (fee_payer IS NULL)", name="fee"),
    Index("intercepts_order_idx", "order_id", "id"),
    Index("intercepts_open_key", "parcel_id", unique=True, postgresql_where=_OPEN),
    Index("intercepts_due_idx", "deadline_at", postgresql_where=sql("deadline_at IS NOT NULL")),
)

intercept_addresses = Table(
    "intercept_addresses",
    metadata,
    Column("intercept_id", Text, ForeignKey("intercepts.id"), primary_key=True),
    text("salt"),
    text("name"),
    text("phone"),
    text("country"),
    text("province"),
    text("city"),
    text("district"),
    text("street"),
    text("postal_code"),
)

INTERCEPTS = Rows(intercepts, Intercept, seen_by(intercepts))
INTERCEPT_LIST = Listing(intercepts, Intercept, filters=("order_id", "parcel_id", "state"), seen_by=seen_by(intercepts))
INTERCEPT_ADDRESSES = Rows(intercept_addresses, InterceptAddress)
SENT_RETURN = Query(
    select(intercepts)
    .where(
        intercepts.c.parcel_id == bindparam("parcel_ids", type_=ARRAY(Text)).any_(),
        intercepts.c.purpose == InterceptPurpose.RETURN_TO_SENDER,
        _OPEN,
        or_(intercepts.c.state == InterceptState.SUBMITTED, intercepts.c.sent_at.isnot(None)),
    )
    .limit(1),
    Intercept,
)
"""An open intercept of one of these parcels, which its courier may have been asked to send back."""
INTERCEPTS_OF_ORDERS = Query(
    select(intercepts)
    .where(intercepts.c.order_id == bindparam("order_ids", type_=ARRAY(Text)).any_())
    .order_by(intercepts.c.order_id, intercepts.c.id),
    Intercept,
)
OPEN_INTERCEPT = Query(
    select(intercepts).where(intercepts.c.parcel_id == bindparam("parcel_id"), _OPEN),
    Intercept,
)
