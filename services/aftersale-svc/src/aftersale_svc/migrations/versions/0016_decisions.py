"""Decisions about cases, with the facts that they were made by."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "decisions",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("dispute_id", sa.Text(), nullable=True),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("buyer_id", sa.Text(), nullable=False),
        sa.Column("merchant_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("decided_by_role", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rules_version", sa.Integer(), nullable=True),
        sa.Column("rule_id", sa.Text(), nullable=True),
        sa.Column("reasons_version", sa.Integer(), nullable=False),
        sa.Column("policy", postgresql.JSONB(none_as_null=True), nullable=False),
        sa.Column("facts", postgresql.JSONB(none_as_null=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('review', 'offer', 'inspection', 'refund', 'closing', 'verdict')",
            name=op.f("decisions_kind_check"),
        ),
        sa.CheckConstraint("basis IN ('person', 'timer', 'rule')", name=op.f("decisions_basis_check")),
        sa.CheckConstraint("(basis = 'rule') = (rule_id IS NOT NULL)", name=op.f("decisions_rule_check")),
        sa.CheckConstraint("(rule_id IS NULL) = (rules_version IS NULL)", name=op.f("decisions_rules_version_check")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("decisions_case_idx", "decisions", ["case_id", "id"])


def downgrade() -> None:
    op.drop_table("decisions")
