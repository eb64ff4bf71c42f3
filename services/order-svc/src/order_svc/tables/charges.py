"""What buyers have paid in cases, outside the payments of their orders."""

from aftercare_chassis.database.columns import minor, text, timestamp
from aftercare_chassis.database.mapping import Query, Rows
from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Table, Text, bindparam, select

from order_svc.domain.payments.charges import Charge
from order_svc.tables.schema import metadata

charges = Table(
    "charges",
    metadata,
    Column("case_id", Text, primary_key=True),
    Column("order_id", Text, ForeignKey("orders.id"), nullable=False),
    *minor("amount_minor"),
    text("currency"),
    timestamp("paid_at"),
    timestamp("owed_back_at", null=True),
    timestamp("returned_at", null=True),
    CheckConstraint("returned_at IS NULL OR owed_back_at IS NOT NULL", name="returned"),
    Index("charges_order_idx", "order_id", "case_id"),
)

CHARGES = Rows(charges, Charge)
CHARGES_OF = Query(
    select(charges).where(charges.c.order_id == bindparam("order_id")).order_by(charges.c.paid_at, charges.c.case_id),
    Charge,
)
