"""Parcels, what is in them and what happened to them."""

from aftercare_chassis.rows import Listing, Query, Rows
from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    bindparam,
    select,
)

from order_svc.domain.tracking import Leg, Parcel, ParcelEvent, ParcelLine, ParcelStatus
from order_svc.tables.schema import metadata, moment, one_of, quantity, text

parcels = Table(
    "parcels",
    metadata,
    Column("id", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("order_id", Text, ForeignKey("orders.id"), nullable=False),
    text("case_id", null=True),
    text("buyer_id"),
    text("merchant_id"),
    *one_of("leg", Leg),
    text("carrier"),
    text("waybill_no"),
    *one_of("status", ParcelStatus),
    text("reason", null=True),
    Column("terminal", Boolean, nullable=False),
    text("delivered_to", null=True),
    moment("status_at"),
    moment("created_at"),
    UniqueConstraint(
        *("order_id", "leg", "carrier", "waybill_no", "case_id"),
        name="parcels_waybill_key",
        postgresql_nulls_not_distinct=True,
    ),
    Index("parcels_waybill_idx", "waybill_no", "carrier"),
)

parcel_lines = Table(
    "parcel_lines",
    metadata,
    Column("parcel_id", Text, ForeignKey("parcels.id"), primary_key=True),
    Column("line_id", Text, ForeignKey("order_lines.id"), primary_key=True),
    *quantity("quantity", 1),
)

parcel_events = Table(
    "parcel_events",
    metadata,
    Column("parcel_id", Text, ForeignKey("parcels.id"), primary_key=True),
    Column("key", Text, primary_key=True),
    *one_of("status", ParcelStatus),
    text("reason", null=True),
    Column("terminal", Boolean, nullable=False),
    text("delivered_to", null=True),
    text("raw_code", null=True),
    moment("occurred_at"),
    moment("received_at"),
)

SEEN_BY = {
    "buyer": parcels.c.buyer_id,
    "seller": parcels.c.merchant_id,
    "agent": None,
    "arbitrator": None,
    "admin": None,
}
PARCELS = Rows(parcels, Parcel, SEEN_BY)
PARCEL_LIST = Listing(parcels, Parcel, filters=("order_id", "waybill_no", "leg", "status"), seen_by=SEEN_BY)
PARCEL_LINES = Rows(parcel_lines, ParcelLine)
PARCEL_EVENTS = Rows(parcel_events, ParcelEvent)
LINES_IN = Query(select(parcel_lines).where(parcel_lines.c.parcel_id == bindparam("parcel_id")), ParcelLine)
HISTORY_OF = Query(select(parcel_events).where(parcel_events.c.parcel_id == bindparam("parcel_id")), ParcelEvent)
PARCELS_OF_ORDER = Query(
    select(parcels).where(parcels.c.order_id == bindparam("order_id")).order_by(parcels.c.id), Parcel
)
PARCEL_ON_ORDER = Query(
    select(parcels).where(
        parcels.c.order_id == bindparam("order_id"),
        parcels.c.leg == bindparam("leg"),
        parcels.c.carrier == bindparam("carrier"),
        parcels.c.waybill_no == bindparam("waybill_no"),
        parcels.c.case_id.is_not_distinct_from(bindparam("case_id")),
    ),
    Parcel,
)
_UNDER_WAYBILL = (
    select(parcels).where(parcels.c.waybill_no == bindparam("waybill_no")).order_by(parcels.c.order_id, parcels.c.id)
)
PARCELS_BY_WAYBILL = Query(_UNDER_WAYBILL.where(parcels.c.carrier == bindparam("carrier")), Parcel)
PARCELS_BY_WAYBILL_ALONE = Query(_UNDER_WAYBILL, Parcel)
