"""What buyers owe by verdicts that were replaced, beside the payments of their orders."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "claw_backs",
        sa.Column("dispute_id", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("owed_minor", sa.BigInteger(), nullable=False),
        sa.Column("repaid_minor", sa.BigInteger(), nullable=False),
        sa.Column("written_off_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("owed_minor >= 0", name=op.f("claw_backs_owed_minor_check")),
        sa.CheckConstraint("repaid_minor >= 0", name=op.f("claw_backs_repaid_minor_check")),
        sa.CheckConstraint("written_off_minor >= 0", name=op.f("claw_backs_written_off_minor_check")),
        sa.CheckConstraint("repaid_minor + written_off_minor <= owed_minor", name=op.f("claw_backs_settled_check")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("claw_backs_order_id_fkey")),
        sa.PrimaryKeyConstraint("dispute_id", name=op.f("claw_backs_pkey")),
    )
    op.create_index(op.f("claw_backs_order_idx"), "claw_backs", ["order_id", "dispute_id"])


def downgrade() -> None:
    op.drop_table("claw_backs")
