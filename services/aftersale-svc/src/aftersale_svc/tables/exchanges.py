"""What is wanted in exchange and what it costs, what the buyer owes, and refused goods that were sent back."""

from aftercare_chassis.database.columns import minor, text, timestamp
from aftercare_chassis.database.mapping import Rows
from sqlalchemy import CheckConstraint, Column, ForeignKey, ForeignKeyConstraint, Table, Text

from aftersale_svc.domain.cases.charges.model import Charge
from aftersale_svc.domain.cases.exchanges.model import RefusedGoods, ReplacementLine
from aftersale_svc.tables.schema import metadata

replacement_lines = Table(
    "replacement_lines",
    metadata,
    Column("case_id", Text, primary_key=True),
    Column("line_id", Text, primary_key=True),
    text("sku", null=True),
    text("variant", null=True),
    *minor("unit_price_minor", null=True),
    ForeignKeyConstraint(["case_id", "line_id"], ["case_lines.case_id", "case_lines.line_id"]),
)

charges = Table(
    "charges",
    metadata,
    Column("case_id", Text, ForeignKey("cases.id"), primary_key=True),
    *minor("amount_minor"),
    timestamp("agreed_at", null=True),
    timestamp("paid_at", null=True),
    text("reference", null=True),
    CheckConstraint("paid_at IS NULL OR agreed_at IS NOT NULL", name="agreed"),
    CheckConstraint("(paid_at IS NULL) = (reference IS NULL)", name="paid"),
)

refused_goods = Table(
    "refused_goods",
    metadata,
    Column("case_id", Text, ForeignKey("cases.id"), primary_key=True),
    text("carrier"),
    text("waybill_no"),
    timestamp("sent_at"),
)

REPLACEMENT_LINES = Rows(replacement_lines, ReplacementLine)
CHARGES = Rows(charges, Charge)
REFUSED_GOODS = Rows(refused_goods, RefusedGoods)
