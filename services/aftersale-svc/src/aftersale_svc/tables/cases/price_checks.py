"""The prices that price adjustments are about."""

from aftercare_chassis.database.columns import document, minor, one_of
from aftercare_chassis.database.mapping import Rows
from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, Table, Text

from aftersale_svc.domain.cases.codes import RejectReason
from aftersale_svc.domain.cases.price_checks import PriceCheck
from aftersale_svc.tables.schema import metadata

price_checks = Table(
    "price_checks",
    metadata,
    Column("case_id", Text, primary_key=True),
    Column("line_id", Text, primary_key=True),
    *minor("reference_minor"),
    *minor("checked_minor"),
    *minor("granted_minor", null=True),
    *(document(name, null=True) for name in ("verified", "bearers")),
    ForeignKeyConstraint(["case_id", "line_id"], ["case_lines.case_id", "case_lines.line_id"]),
    CheckConstraint("checked_minor < reference_minor", name="lower"),
    *one_of("reduction_reason", RejectReason, null=True),
)

PRICE_CHECKS = Rows(price_checks, PriceCheck)
