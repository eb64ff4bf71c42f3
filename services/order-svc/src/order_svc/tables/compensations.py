"""What guarantees have paid to the buyers of orders."""

from aftercare_chassis.database.columns import minor, text, timestamp
from aftercare_chassis.database.mapping import Query, Rows
from sqlalchemy import Column, ForeignKey, Index, Table, Text, bindparam, select

from order_svc.domain.payments.compensations import Compensation
from order_svc.tables.schema import metadata

compensations = Table(
    "compensations",
    metadata,
    Column("id", Text, primary_key=True),
    Column("order_id", Text, ForeignKey("orders.id"), nullable=False),
    text("case_id"),
    text("source"),
    text("refund_id", null=True),
    *minor("amount_minor"),
    text("currency"),
    timestamp("paid_at"),
    Index("compensations_order_idx", "order_id", "id"),
)

COMPENSATIONS = Rows(compensations, Compensation)
COMPENSATIONS_OF = Query(
    select(compensations).where(compensations.c.order_id == bindparam("order_id")).order_by(compensations.c.id),
    Compensation,
)
