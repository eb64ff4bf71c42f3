"""How what buyers owe by replaced verdicts was settled."""

from aftercare_chassis.database.columns import minor, one_of, text, texts, timestamp
from aftercare_chassis.database.mapping import Query, Rows
from sqlalchemy import CheckConstraint, Column, ForeignKey, Integer, Table, Text, bindparam, select

from aftersale_svc.domain.disputes.debts import DebtEntry, SettledAs
from aftersale_svc.tables.schema import metadata

debt_entries = Table(
    "debt_entries",
    metadata,
    Column("dispute_id", Text, ForeignKey("disputes.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    *one_of("settled_as", SettledAs),
    *minor("amount_minor"),
    text("currency"),
    text("reference", null=True),
    texts("evidence"),
    text("recorded_by"),
    timestamp("recorded_at"),
    CheckConstraint("amount_minor > 0", name="settled"),
    CheckConstraint("(settled_as = 'repaid') = (reference IS NOT NULL)", name="reference"),
)

DEBT_ENTRIES = Rows(debt_entries, DebtEntry)
DEBTS_OF_DISPUTE = Query(
    select(*DEBT_ENTRIES.columns)
    .where(debt_entries.c.dispute_id == bindparam("dispute_id"))
    .order_by(debt_entries.c.number),
    DebtEntry,
)
