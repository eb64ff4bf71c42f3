"""Tests of goods that were ordered in disputes."""

from aftercare_chassis.database.columns import document, minor, one_of, text, texts, timestamp
from aftercare_chassis.database.mapping import Query, Rows
from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Table, Text, bindparam, select
from sqlalchemy import text as sql

from aftersale_svc.domain.disputes.lab_tests import CostAdvance, LabTest, LabTestState
from aftersale_svc.domain.disputes.model import DisputeSide
from aftersale_svc.tables.schema import metadata

lab_tests = Table(
    "lab_tests",
    metadata,
    Column("id", Text, primary_key=True),
    Column("dispute_id", Text, ForeignKey("disputes.id"), nullable=False),
    *one_of("state", LabTestState),
    document("lines"),
    texts("questions"),
    text("testing_body_id"),
    text("testing_body"),
    *one_of("sender", DisputeSide),
    *one_of("advanced_by", CostAdvance),
    *minor("cost_minor"),
    text("currency"),
    text("ordered_by"),
    timestamp("ordered_at"),
    text("carrier", null=True),
    text("waybill_no", null=True),
    timestamp("sent_at", null=True),
    timestamp("received_at", null=True),
    text("report_id", null=True),
    text("report_sha256", null=True),
    document("answers", null=True),
    timestamp("ended_at", null=True),
    CheckConstraint("(state = 'reported') = (report_sha256 IS NOT NULL AND answers IS NOT NULL)", name="reported"),
    CheckConstraint("(state IN ('sample_awaited', 'sample_sent', 'at_lab')) = (ended_at IS NULL)", name="ended"),
    Index("lab_tests_dispute_idx", "dispute_id", "id"),
    Index("lab_tests_waybill_no_idx", "waybill_no", "carrier"),
    # One is open at a time.
    Index(
        "lab_tests_open_key",
        "dispute_id",
        unique=True,
        postgresql_where=sql("state IN ('sample_awaited', 'sample_sent', 'at_lab')"),
    ),
)

LAB_TESTS = Rows(lab_tests, LabTest)
TESTS_OF_DISPUTE = Query(
    select(*LAB_TESTS.columns).where(lab_tests.c.dispute_id == bindparam("dispute_id")).order_by(lab_tests.c.id),
    LabTest,
)
