"""What is stated of refunds outside the payment provider."""

from aftercare_chassis.database.columns import minor, one_of, text, timestamp
from aftercare_chassis.database.mapping import Rows
from sqlalchemy import CheckConstraint, Column, ForeignKey, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY

from aftersale_svc.domain.cases.offline_refunds.codes import OfflineRefundMethod
from aftersale_svc.domain.cases.offline_refunds.model import OfflineRefund
from aftersale_svc.tables.schema import metadata

offline_refunds = Table(
    "offline_refunds",
    metadata,
    Column("case_id", Text, ForeignKey("cases.id"), primary_key=True),
    text("refund_id"),
    text("failed_refund_id"),
    *minor("amount_minor"),
    *one_of("method", OfflineRefundMethod),
    text("reference"),
    Column("evidence", ARRAY(Text), nullable=False),
    text("stated_by"),
    timestamp("stated_at"),
    timestamp("confirmed_at", null=True),
    timestamp("denied_at", null=True),
    timestamp("withdrawn_at", null=True),
    CheckConstraint("num_nonnulls(confirmed_at, denied_at, withdrawn_at) <= 1", name="ended"),
)

OFFLINE_REFUNDS = Rows(offline_refunds, OfflineRefund)
