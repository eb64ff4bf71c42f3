"""What refunds are made of."""

from aftercare_chassis.database.columns import minor, one_of, quantity, text
from aftercare_chassis.database.mapping import Rows
from sqlalchemy import CheckConstraint, Column, ForeignKey, Integer, Table, Text

from aftersale_svc.domain.money.codes import PartEffect, PartKind, PartParty
from aftersale_svc.domain.money.parts import RefundPart
from aftersale_svc.tables.schema import metadata

refund_parts = Table(
    "refund_parts",
    metadata,
    Column("refund_id", Text, ForeignKey("refunds.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    *one_of("kind", PartKind),
    *one_of("effect", PartEffect),
    text("line_id", null=True),
    *quantity("units"),
    *minor("amount_minor"),
    *minor("due_minor"),
    *one_of("payer", PartParty),
    *one_of("payee", PartParty),
    CheckConstraint("amount_minor <= due_minor", name="due"),
)

REFUND_PARTS = Rows(refund_parts, RefundPart)
