"""What buyers have paid for sending goods back."""

from aftercare_chassis.database.columns import document, minor, text, texts, timestamp
from aftercare_chassis.database.mapping import Rows
from sqlalchemy import CheckConstraint, Column, ColumnElement, ForeignKey, Index, Table, Text, exists
from sqlalchemy import text as sql

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
    document("earlier_payments", null=True),
    CheckConstraint("accepted_minor <= stated_minor", name="accepted"),
    CheckConstraint("owed_at IS NULL OR accepted_minor IS NOT NULL", name="owed"),
    CheckConstraint("paid_at IS NULL OR owed_at IS NOT NULL", name="paid"),
    CheckConstraint("(paid_at IS NULL) = (reference IS NULL)", name="reference"),
    # Few: what merchants have still to pay.
    Index("return_freights_to_pay_idx", "case_id", postgresql_where=sql("owed_at IS NOT NULL AND paid_at IS NULL")),
)


def freight_to_pay(case_id: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether the merchant of this case has still to pay what the buyer has paid for sending the goods back; the insurance pays first."""
    return exists().where(
        return_freights.c.case_id == case_id,
        return_freights.c.owed_at.is_not(None),
        return_freights.c.paid_at.is_(None),
        return_freights.c.accepted_minor > return_freights.c.insured_minor,
    )


RETURN_FREIGHTS = Rows(return_freights, ReturnFreight)
