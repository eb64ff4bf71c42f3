"""What buyers owe by verdicts that were replaced."""

from aftercare_chassis.database.columns import minor, text, timestamp
from aftercare_chassis.database.mapping import Query, Rows
from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Table, Text, bindparam, select

from order_svc.domain.payments.claw_backs import ClawBack
from order_svc.tables.schema import metadata

claw_backs = Table(
    "claw_backs",
    metadata,
    Column("dispute_id", Text, primary_key=True),
    Column("order_id", Text, ForeignKey("orders.id"), nullable=False),
    text("case_id"),
    *minor("owed_minor"),
    *minor("repaid_minor"),
    *minor("written_off_minor"),
    text("currency"),
    timestamp("updated_at"),
    CheckConstraint("repaid_minor + written_off_minor <= owed_minor", name="settled"),
    Index("claw_backs_order_idx", "order_id", "dispute_id"),
)

CLAW_BACKS = Rows(claw_backs, ClawBack)
CLAW_BACKS_OF = Query(
    select(*CLAW_BACKS.columns).where(claw_backs.c.order_id == bindparam("order_id")).order_by(claw_backs.c.dispute_id),
    ClawBack,
)
