"""What buyers pay in cases, beside the payments of their orders."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "charges",
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("owed_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("returned_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("amount_minor >= 0", name=op.f("charges_amount_minor_check")),
        sa.CheckConstraint("returned_at IS NULL OR owed_back_at IS NOT NULL", name=op.f("charges_returned_check")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("charges_order_id_fkey")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("charges_pkey")),
    )
    op.create_index(op.f("charges_order_idx"), "charges", ["order_id", "case_id"])


def downgrade() -> None:
    op.drop_table("charges")
