"""What guarantees have paid to buyers, beside the refunds of their orders."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "compensations",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("refund_id", sa.Text(), nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount_minor >= 0", name=op.f("compensations_amount_minor_check")),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("compensations_order_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("compensations_pkey")),
    )
    op.create_index(op.f("compensations_order_idx"), "compensations", ["order_id", "id"])


def downgrade() -> None:
    op.drop_table("compensations")
