"""How the goods of a case come back."""

from aftercare_chassis.database.columns import document, one_of, text, timestamp
from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Table, Text

from aftersale_svc.domain.cases.pickups.codes import ReturnMethod
from aftersale_svc.tables.schema import metadata

returns = Table(
    "returns",
    metadata,
    Column("case_id", Text, ForeignKey("cases.id"), primary_key=True),
    document("address", null=True),
    text("carrier", null=True),
    text("waybill_no", null=True),
    timestamp("scanned_at", null=True),
    timestamp("delivered_at", null=True),
    *one_of("method", ReturnMethod, null=True),
    text("drop_off_point", null=True),
    *(document(name, null=True) for name in ("settings", "received")),
    CheckConstraint("(carrier IS NULL) = (waybill_no IS NULL)", name="waybill"),
    Index("returns_waybill_no_idx", "waybill_no", "carrier"),
)
