"""Verdicts say who bears which costs of the dispute, and which sanctions they recommend."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "dispute_costs",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("dispute_id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("merchant_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("bearer", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('return_freight', 'reshipment', 'testing', 'handling', 'other')",
            name=op.f("dispute_costs_kind_check"),
        ),
        sa.CheckConstraint(
            "bearer IN ('buyer', 'merchant', 'platform', 'courier')", name=op.f("dispute_costs_bearer_check")
        ),
        sa.CheckConstraint("amount_minor >= 0", name=op.f("dispute_costs_amount_minor_check")),
        sa.CheckConstraint("amount_minor > 0", name=op.f("dispute_costs_amount_check")),
        sa.ForeignKeyConstraint(["dispute_id"], ["disputes.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("dispute_costs_dispute_idx", "dispute_costs", ["dispute_id", "id"])
    op.create_index("dispute_costs_merchant_idx", "dispute_costs", ["merchant_id", "id"])
    op.create_table(
        "recommended_sanctions",
        sa.Column("dispute_id", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "code IN ('warn', 'points', 'fine', 'limit_refund_amount', 'suspend')",
            name=op.f("recommended_sanctions_code_check"),
        ),
        sa.CheckConstraint("subject IN ('buyer', 'merchant')", name=op.f("recommended_sanctions_subject_check")),
        sa.ForeignKeyConstraint(["dispute_id"], ["disputes.id"]),
        sa.PrimaryKeyConstraint("dispute_id", "code", "subject"),
    )
    op.create_index("recommended_sanctions_subject_idx", "recommended_sanctions", ["subject_id"])


def downgrade() -> None:
    op.drop_table("recommended_sanctions")
    op.drop_table("dispute_costs")
