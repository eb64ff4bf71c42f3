"""What buyers have agreed to have held for replacements that are sent first."""

from aftercare_chassis.database.columns import minor, timestamp
from aftercare_chassis.database.mapping import Rows
from sqlalchemy import CheckConstraint, Column, ForeignKey, Table, Text

from aftersale_svc.domain.cases.money_holds.model import MoneyHold
from aftersale_svc.tables.schema import metadata

money_holds = Table(
    "money_holds",
    metadata,
    Column("case_id", Text, ForeignKey("cases.id"), primary_key=True),
    *minor("amount_minor"),
    timestamp("agreed_at"),
    timestamp("released_at", null=True),
    timestamp("claimed_at", null=True),
    *minor("claimed_minor", null=True),
    CheckConstraint("released_at IS NULL OR claimed_at IS NULL", name="settled"),
    CheckConstraint("(claimed_at IS NULL) = (claimed_minor IS NULL)", name="claimed"),
    CheckConstraint("claimed_minor <= amount_minor", name="most"),
)

MONEY_HOLDS = Rows(money_holds, MoneyHold)
