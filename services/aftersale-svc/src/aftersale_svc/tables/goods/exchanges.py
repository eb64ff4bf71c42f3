"""What is wanted in exchange and what it costs, what the buyer owes, and refused goods that were sent back."""

from aftercare_chassis.database.columns import minor, text, timestamp
from aftercare_chassis.database.mapping import Rows
from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ColumnElement,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    SmallInteger,
    Table,
    Text,
    exists,
    false,
)
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY

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
    timestamp("stated_at", null=True),
    text("stated_reference", null=True),
    Column("stated_evidence", ARRAY(Text), nullable=False, server_default="{}"),
    Column("statements", SmallInteger, nullable=False, server_default="0"),
    timestamp("denied_at", null=True),
    Column("denied_by_agent", Boolean, nullable=False, server_default=false()),
    timestamp("owed_back_at", null=True),
    Column("return_by_merchant", Boolean, nullable=False, server_default=false()),
    timestamp("returned_at", null=True),
    text("return_reference", null=True),
    Column("return_evidence", ARRAY(Text), nullable=False, server_default="{}"),
    CheckConstraint("paid_at IS NULL OR agreed_at IS NOT NULL", name="agreed"),
    CheckConstraint("(paid_at IS NULL) = (reference IS NULL)", name="paid"),
    CheckConstraint("(stated_at IS NULL) = (stated_reference IS NULL)", name="stated"),
    CheckConstraint("denied_at IS NULL OR stated_at IS NOT NULL", name="denied"),
    CheckConstraint("returned_at IS NULL OR owed_back_at IS NOT NULL", name="returned"),
    CheckConstraint("(returned_at IS NULL) = (return_reference IS NULL)", name="return_reference"),
    # Few: what merchants have still to give back.
    Index("charges_to_return_idx", "case_id", postgresql_where=sql("owed_back_at IS NOT NULL AND returned_at IS NULL")),
)


def to_return(case_id: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether the merchant has still to give back what the buyer of this case has paid."""
    return exists().where(
        charges.c.case_id == case_id, charges.c.owed_back_at.is_not(None), charges.c.returned_at.is_(None)
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
