"""Parcels, what is in them and what happened to them."""

from typing import Any

from aftercare_chassis.database.columns import aggregate, one_of, quantity, text, timestamp
from aftercare_chassis.database.mapping import Listing, Query, Rows, Statement
from sqlalchemy import Boolean, Column, DateTime, ForeignKey, Index, Table, Text, bindparam, func, literal, select
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY, insert

from order_svc.domain.tracking import Parcel, ParcelLeg, ParcelLine, ParcelScan, ParcelStatus
from order_svc.tables.schema import metadata
from order_svc.tables.visibility import seen_by

parcels = Table(
    "parcels",
    metadata,
    *aggregate(),
    Column("order_id", Text, ForeignKey("orders.id"), nullable=False),
    text("case_id", null=True),
    text("buyer_id"),
    text("merchant_id"),
    *one_of("leg", ParcelLeg),
    text("carrier"),
    text("waybill_no"),
    *one_of("status", ParcelStatus),
    text("reason", null=True),
    Column("terminal", Boolean, nullable=False),
    text("delivered_to", null=True),
    timestamp("status_at"),
    # The default is for builds before revision 0003, which do not write the column.
    Column("handed_over_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    timestamp("created_at"),
    timestamp("withdrawn_at", null=True),
    text("reference", null=True),
    timestamp("collected_at", null=True),
    timestamp("watch_at", null=True),
    # The default is for builds before revision 0031, which do not write the column.
    Column("anomalies", ARRAY(Text), nullable=False, server_default="{}"),
    timestamp("receiver_contested_at", null=True),
    timestamp("deliver_by_at", null=True),
    timestamp("delivery_overdue_at", null=True),
    timestamp("imported_at", null=True),
    # A waybill may be used for another hand-over of the same goods, but not twice for one hand-over.
    Index(
        "parcels_waybill_key",
        *("order_id", "leg", "carrier", "waybill_no", "case_id", "handed_over_at"),
        unique=True,
        postgresql_nulls_not_distinct=True,
        postgresql_where=sql("withdrawn_at IS NULL"),
    ),
    Index("parcels_order_idx", "order_id", "id"),
    Index("parcels_waybill_idx", "waybill_no", "carrier"),
    Index("parcels_watch_idx", "watch_at", postgresql_where=sql("watch_at IS NOT NULL")),
    Index("parcels_watched_carrier_idx", "carrier", postgresql_where=sql("watch_at IS NOT NULL")),
    Index("parcels_reference_idx", "reference", "carrier", postgresql_where=sql("reference IS NOT NULL")),
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
    timestamp("occurred_at"),
    timestamp("received_at"),
    text("text", null=True),
    text("partner", null=True),
    text("piece_no", null=True),
    text("evidence", null=True),
)

# Numbers under which couriers send parcels back, or forward them, with the number before.
next_waybills = Table(
    "next_waybills",
    metadata,
    Column("carrier", Text, primary_key=True),
    Column("waybill_no", Text, primary_key=True),
    text("previous_waybill_no"),
    timestamp("reported_at"),
)

PARCELS = Rows(parcels, Parcel, seen_by(parcels))
PARCEL_LIST = Listing(parcels, Parcel, filters=("order_id", "waybill_no", "leg", "status"), seen_by=seen_by(parcels))
PARCEL_LINES = Rows(parcel_lines, ParcelLine)
PARCEL_SCANS = Rows(parcel_events, ParcelScan)
LINES_OF_PARCEL = Query(select(parcel_lines).where(parcel_lines.c.parcel_id == bindparam("parcel_id")), ParcelLine)
LINES_OF_PARCELS = Query(
    select(parcel_lines).where(parcel_lines.c.parcel_id == bindparam("parcel_ids", type_=ARRAY(Text)).any_()),
    ParcelLine,
)
PARCELS_OF_ORDER = Query(
    select(parcels).where(parcels.c.order_id == bindparam("order_id")).order_by(parcels.c.id), Parcel
)
PARCELS_OF_ORDERS = Query(
    select(parcels)
    .where(parcels.c.order_id == bindparam("order_ids", type_=ARRAY(Text)).any_())
    .order_by(parcels.c.order_id, parcels.c.id),
    Parcel,
)
PARCEL_LINES_OF_ORDER = Query(
    select(parcel_lines)
    .select_from(parcel_lines.join(parcels, parcels.c.id == parcel_lines.c.parcel_id))
    .where(parcels.c.order_id == bindparam("order_id")),
    ParcelLine,
)
PARCEL_LINES_OF_ORDERS = Query(
    select(parcel_lines)
    .select_from(parcel_lines.join(parcels, parcels.c.id == parcel_lines.c.parcel_id))
    .where(parcels.c.order_id == bindparam("order_ids", type_=ARRAY(Text)).any_())
    .order_by(parcel_lines.c.parcel_id, parcel_lines.c.line_id),
    ParcelLine,
)
PARCELS_OF_ORDER_BY_WAYBILL = Query(
    select(parcels).where(
        parcels.c.order_id == bindparam("order_id"),
        parcels.c.leg == bindparam("leg"),
        parcels.c.carrier == bindparam("carrier"),
        parcels.c.waybill_no == bindparam("waybill_no"),
        parcels.c.case_id.is_not_distinct_from(bindparam("case_id")),
        parcels.c.withdrawn_at.is_(None),
    ),
    Parcel,
)
PARCELS_BY_REFERENCE = Query(
    select(parcels)
    .where(
        parcels.c.reference == bindparam("reference"),
        parcels.c.carrier == bindparam("carrier"),
        parcels.c.withdrawn_at.is_(None),
    )
    .order_by(parcels.c.id),
    Parcel,
)
PARCELS_OF_WAYBILL = Query(
    select(parcels).where(parcels.c.waybill_no == bindparam("waybill_no")).order_by(parcels.c.id), Parcel
)
_OF_WAYBILLS = (
    select(parcels)
    .where(parcels.c.waybill_no == bindparam("waybill_nos", type_=ARRAY(Text)).any_())
    .order_by(parcels.c.id)
)
PARCELS_OF_WAYBILLS = Query(_OF_WAYBILLS, Parcel)
PARCELS_OF_WAYBILLS_LOCKED = Query(_OF_WAYBILLS.with_for_update(key_share=True), Parcel)
SCANS_OF_PARCELS = Query(
    select(parcel_events).where(parcel_events.c.parcel_id == bindparam("parcel_ids", type_=ARRAY(Text)).any_()),
    ParcelScan,
)
SCANS_OF_WAYBILL = Query(
    select(parcel_events)
    .join(parcels, parcels.c.id == parcel_events.c.parcel_id)
    .where(parcels.c.waybill_no == bindparam("waybill_no")),
    ParcelScan,
)
_COPIED = [column for column in parcel_events.c if column.name != "parcel_id"]
COPY_SCANS = Statement(
    insert(parcel_events)
    .from_select(
        ["parcel_id", *(column.name for column in _COPIED)],
        select(bindparam("parcel_id", type_=Text), *_COPIED)
        .join(parcels, parcels.c.id == parcel_events.c.parcel_id)
        .where(
            parcels.c.waybill_no == bindparam("waybill_no"),
            parcels.c.carrier == bindparam("carrier"),
            parcels.c.merchant_id == bindparam("merchant_id"),
            parcel_events.c.occurred_at >= bindparam("since"),
        ),
    )
    .on_conflict_do_nothing()
)
NOTE_CONTEST = Statement(
    parcels.update()
    .where(parcels.c.id == bindparam("parcel_id"))
    .values(receiver_contested_at=bindparam("at", type_=parcels.c.receiver_contested_at.type))
)
INSERT_NEXT_WAYBILL = Statement(
    insert(next_waybills)
    .values({column.name: bindparam(column.name, type_=column.type) for column in next_waybills.c})
    .on_conflict_do_nothing()
)
_CHAIN = (
    select(next_waybills.c.carrier, next_waybills.c.previous_waybill_no, literal(1).label("place"))
    .where(next_waybills.c.carrier == bindparam("carrier"), next_waybills.c.waybill_no == bindparam("waybill_no"))
    .cte("chain", recursive=True)
)
_BEFORE = _CHAIN.union_all(
    select(next_waybills.c.carrier, next_waybills.c.previous_waybill_no, _CHAIN.c.place + 1).where(
        next_waybills.c.carrier == _CHAIN.c.carrier,
        next_waybills.c.waybill_no == _CHAIN.c.previous_waybill_no,
        # A courier that reports a circle ends here.
        _CHAIN.c.place < 10,
    )
)
# The number with which a chain of numbers began. Any: the result is a plain database record.
PREVIOUS_WAYBILL: Query[Any] = Query(
    select(_BEFORE.c.previous_waybill_no.label("waybill_no")).order_by(_BEFORE.c.place.desc()).limit(1)
)
MARK_OVERDUE = Statement(
    parcels.update()
    .where(parcels.c.id == bindparam("parcel_id"))
    .values(
        deliver_by_at=bindparam("deliver_by_at", type_=parcels.c.deliver_by_at.type),
        delivery_overdue_at=bindparam("delivery_overdue_at", type_=parcels.c.delivery_overdue_at.type),
    )
)
"""A parcel has not arrived in time: it is published with its order."""
