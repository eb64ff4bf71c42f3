"""What couriers have reported of parcels: our copy, as facts for claims."""

from aftercare_chassis.database.columns import text
from aftercare_chassis.database.mapping import Query, Rows
from sqlalchemy import Column, DateTime, Index, Table, Text, bindparam, select

from aftersale_svc.domain.courier_claims.model import ParcelReport
from aftersale_svc.tables.schema import metadata

parcel_reports = Table(
    "parcel_reports",
    metadata,
    Column("parcel_id", Text, primary_key=True),
    Column("occurred_at", DateTime(timezone=True), primary_key=True),
    Column("status", Text, primary_key=True),
    text("reason", null=True),
    text("order_id"),
    text("carrier"),
    text("waybill_no"),
    Index("parcel_reports_order_idx", "order_id"),
)

PARCEL_REPORTS = Rows(parcel_reports, ParcelReport)
REPORTS_OF_WAYBILL = Query(
    select(parcel_reports)
    .where(
        parcel_reports.c.order_id == bindparam("order_id"),
        parcel_reports.c.carrier == bindparam("carrier"),
        parcel_reports.c.waybill_no == bindparam("waybill_no"),
    )
    .order_by(parcel_reports.c.occurred_at, parcel_reports.c.status),
    ParcelReport,
)
