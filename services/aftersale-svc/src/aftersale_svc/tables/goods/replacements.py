"""What merchants send to buyers for cases."""

from aftercare_chassis.database.columns import one_of, text, timestamp
from aftercare_chassis.database.mapping import Rows
from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Table, Text

from aftersale_svc.domain.cases.replacements.codes import ReplacementAnomaly
from aftersale_svc.domain.cases.replacements.model import Replacement
from aftersale_svc.tables.schema import metadata

replacements = Table(
    "replacements",
    metadata,
    Column("case_id", Text, ForeignKey("cases.id"), primary_key=True),
    text("carrier", null=True),
    text("waybill_no", null=True),
    timestamp("shipped_at", null=True),
    timestamp("scanned_at", null=True),
    timestamp("delivered_at", null=True),
    timestamp("refund_offered_at", null=True),
    *one_of("anomaly", ReplacementAnomaly, null=True),
    timestamp("returned_at", null=True),
    CheckConstraint(
        "(carrier IS NULL) = (waybill_no IS NULL) AND (carrier IS NULL) = (shipped_at IS NULL)", name="waybill"
    ),
    Index("replacements_waybill_no_idx", "waybill_no", "carrier"),
)

REPLACEMENTS = Rows(replacements, Replacement)
