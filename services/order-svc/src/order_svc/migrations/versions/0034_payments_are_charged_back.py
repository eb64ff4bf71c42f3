"""Payment providers take money back for buyers."""

import sqlalchemy as sa
from aftercare_chassis.database import indexes
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None
# Earlier builds charge nothing back, so that the rules permit their rows.
compatible_with = "0028"


def upgrade() -> None:
    # First, because it is committed by itself: everything else is one transaction.
    indexes.create(
        "payments_reference_idx",
        "payments",
        ["provider_reference"],
        postgresql_where=sa.text("provider_reference IS NOT NULL"),
    )
    op.create_table(
        "charge_backs",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("payment_id", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('open', 'won', 'lost')", name=op.f("charge_backs_state_check")),
        sa.CheckConstraint("amount_minor >= 0", name=op.f("charge_backs_amount_minor_check")),
        sa.ForeignKeyConstraint(["payment_id"], ["payments.id"], name=op.f("charge_backs_payment_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("charge_backs_pkey")),
    )
    op.create_index("charge_backs_reference_key", "charge_backs", ["provider", "reference"], unique=True)
    op.create_index("charge_backs_order_idx", "charge_backs", ["order_id", "id"])
    op.add_column("payments", sa.Column("charged_back_minor", sa.BigInteger(), server_default="0", nullable=False))
    op.create_check_constraint(op.f("payments_charged_back_minor_check"), "payments", "charged_back_minor >= 0")
    op.create_check_constraint(op.f("payments_charged_back_check"), "payments", "charged_back_minor <= amount_minor")


def downgrade() -> None:
    op.drop_index("payments_reference_idx", table_name="payments")
    op.drop_constraint(op.f("payments_charged_back_check"), "payments", type_="check")
    op.drop_constraint(op.f("payments_charged_back_minor_check"), "payments", type_="check")
    op.drop_column("payments", "charged_back_minor")
    op.drop_table("charge_backs")
