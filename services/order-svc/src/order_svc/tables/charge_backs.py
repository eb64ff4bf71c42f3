"""What payment providers have taken back of payments."""

from aftercare_chassis.database.columns import minor, one_of, text, timestamp
from aftercare_chassis.database.mapping import Query, Rows
from sqlalchemy import Column, ForeignKey, Index, Table, Text, bindparam, select
from sqlalchemy.dialects.postgresql import ARRAY

from order_svc.domain.payments.charge_backs import ChargeBack, ChargeBackState
from order_svc.domain.payments.model import Payment
from order_svc.tables.payments import PAYMENTS, payments
from order_svc.tables.schema import metadata

charge_backs = Table(
    "charge_backs",
    metadata,
    Column("id", Text, primary_key=True),
    Column("payment_id", Text, ForeignKey("payments.id"), nullable=False),
    text("order_id"),
    text("provider"),
    text("reference"),
    *one_of("state", ChargeBackState),
    *minor("amount_minor"),
    text("currency"),
    text("reason"),
    timestamp("opened_at"),
    timestamp("ended_at", null=True),
    Index("charge_backs_reference_key", "provider", "reference", unique=True),
    Index("charge_backs_order_idx", "order_id", "id"),
)

CHARGE_BACKS = Rows(charge_backs, ChargeBack)
CHARGE_BACKS_OF_ORDER = Query(
    select(*CHARGE_BACKS.columns).where(charge_backs.c.order_id == bindparam("order_id")).order_by(charge_backs.c.id),
    ChargeBack,
)
CHARGE_BACKS_BY_REFERENCE = Query(
    select(*CHARGE_BACKS.columns).where(
        charge_backs.c.provider == bindparam("provider"),
        charge_backs.c.reference == bindparam("references", type_=ARRAY(Text)).any_(),
    ),
    ChargeBack,
)
PAYMENT_OF_REFERENCE = Query(
    select(*PAYMENTS.columns).where(
        payments.c.provider == bindparam("provider"), payments.c.provider_reference == bindparam("reference")
    ),
    Payment,
)
