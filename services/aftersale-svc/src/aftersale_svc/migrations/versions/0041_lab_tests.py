"""Tests of goods by a testing body, which a dispute waits for."""

import sqlalchemy as sa
from aftercare_chassis.database.codes import allow_codes, forbid_codes
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

OPEN = "('sample_awaited', 'sample_sent', 'at_lab')"
CHECKS = {
    "state": "state IN ('sample_awaited', 'sample_sent', 'at_lab', 'reported', 'sample_late', 'sample_lost', 'report_late', 'cancelled')",
    "sender": "sender IN ('buyer', 'merchant')",
    "advanced_by": "advanced_by IN ('buyer', 'merchant', 'platform')",
    "cost_minor": "cost_minor >= 0",
    "reported": "(state = 'reported') = (report_sha256 IS NOT NULL AND answers IS NOT NULL)",
    "ended": f"(state IN {OPEN}) = (ended_at IS NULL)",
}


def upgrade() -> None:
    allow_codes("disputes", "state", "await_sample", "sample_sent", "at_lab")
    allow_codes("evidence_files", "kind", "test_report")
    op.add_column("disputes", sa.Column("lab_test_id", sa.Text(), nullable=True))
    op.add_column("disputes", sa.Column("lab_tests", sa.Integer(), server_default="0", nullable=False))
    op.create_check_constraint(op.f("disputes_lab_tests_check"), "disputes", "lab_tests >= 0")
    op.create_table(
        "lab_tests",
        *_columns(),
        *(sa.CheckConstraint(rule, name=op.f(f"lab_tests_{name}_check")) for name, rule in CHECKS.items()),
        sa.ForeignKeyConstraint(["dispute_id"], ["disputes.id"], name=op.f("lab_tests_dispute_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("lab_tests_pkey")),
    )
    op.create_index("lab_tests_dispute_idx", "lab_tests", ["dispute_id", "id"])
    op.create_index(
        "lab_tests_open_key", "lab_tests", ["dispute_id"], unique=True, postgresql_where=sa.text(f"state IN {OPEN}")
    )


def downgrade() -> None:
    op.drop_table("lab_tests")
    op.drop_column("disputes", "lab_tests")
    op.drop_column("disputes", "lab_test_id")
    forbid_codes("evidence_files", "kind", "test_report", instead="document")
    # Earlier builds let the arbitrator decide at once.
    op.execute(
        "UPDATE disputes SET whose_turn = 'platform', awaited = '{}' WHERE state IN ('await_sample', 'sample_sent', 'at_lab')"
    )
    forbid_codes("disputes", "state", "await_sample", "sample_sent", "at_lab", instead="platform_review")


def _columns() -> list[sa.Column[object]]:
    texts = ("id", "dispute_id", "state", "testing_body_id", "testing_body", "sender", "advanced_by", "currency")
    return [
        *(_text(name) for name in (*texts, "ordered_by")),
        *(_text(name, null=True) for name in ("carrier", "waybill_no", "report_id", "report_sha256")),
        sa.Column("lines", postgresql.JSONB(), nullable=False),
        sa.Column("questions", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("cost_minor", sa.BigInteger(), nullable=False),
        sa.Column("answers", postgresql.JSONB(), nullable=True),
        sa.Column("ordered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
    ]


def _text(name: str, *, null: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.Text(), nullable=null)
