"""What buyers have paid for sending goods back."""

from aftercare_chassis.database.columns import minor, text, texts, timestamp
from aftercare_chassis.database.mapping import Rows
from sqlalchemy import CheckConstraint, Column, ForeignKey, Table, Text

from aftersale_svc.domain.cases.return_freights.model import ReturnFreight
from aftersale_svc.tables.schema import metadata

return_freights = Table(
    "return_freights",
    metadata,
    Column("case_id", Text, ForeignKey("cases.id"), primary_key=True),
    *minor("stated_minor"),
    *minor("insured_minor"),
    texts("evidence"),
    *minor("accepted_minor", null=True),
    timestamp("owed_at", null=True),
    timestamp("paid_at", null=True),
    text("reference", null=True),
    texts("payment_evidence"),
    CheckConstraint("accepted_minor <= stated_minor", name="accepted"),
    CheckConstraint("owed_at IS NULL OR accepted_minor IS NOT NULL", name="owed"),
    CheckConstraint("paid_at IS NULL OR owed_at IS NOT NULL", name="paid"),
    CheckConstraint("(paid_at IS NULL) = (reference IS NULL)", name="reference"),
)

RETURN_FREIGHTS = Rows(return_freights, ReturnFreight)
