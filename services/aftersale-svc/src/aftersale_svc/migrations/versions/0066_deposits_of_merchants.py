"""Deposits of merchants have balances, by entries."""

import sqlalchemy as sa
from alembic import op

revision = "0066"
down_revision = "0065"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "merchant_deposits",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("merchant_id", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("balance_minor", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("version > 0", name=op.f("merchant_deposits_version_check")),
        sa.CheckConstraint("balance_minor >= 0", name=op.f("merchant_deposits_balance_minor_check")),
        sa.PrimaryKeyConstraint("id", name="merchant_deposits_pkey"),
        sa.UniqueConstraint("merchant_id", "currency", name="merchant_deposits_merchant_id_currency_key"),
    )
    op.create_table(
        "deposit_entries",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("deposit_id", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("merchant_id", "currency", "kind")),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("balance_minor", sa.BigInteger(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("claim_id", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("booked_by", sa.Text(), nullable=False),
        sa.Column("booked_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('paid_in', 'topped_up', 'released', 'claimed')", name=op.f("deposit_entries_kind_check")
        ),
        sa.CheckConstraint("amount_minor >= 0", name=op.f("deposit_entries_amount_minor_check")),
        sa.CheckConstraint("balance_minor >= 0", name=op.f("deposit_entries_balance_minor_check")),
        sa.CheckConstraint("(kind = 'claimed') = (claim_id IS NOT NULL)", name=op.f("deposit_entries_claimed_check")),
        sa.ForeignKeyConstraint(["deposit_id"], ["merchant_deposits.id"], name="deposit_entries_deposit_id_fkey"),
        sa.PrimaryKeyConstraint("id", name="deposit_entries_pkey"),
    )
    unique = {
        "reference": (["deposit_id", "reference"], "claim_id IS NULL"),
        "claim": (["claim_id"], "claim_id IS NOT NULL"),
    }
    for name, (columns, condition) in unique.items():
        op.create_index(
            f"deposit_entries_{name}_key", "deposit_entries", columns, unique=True, postgresql_where=sa.text(condition)
        )
    op.create_index("deposit_entries_merchant_idx", "deposit_entries", ["merchant_id", "id"])


def downgrade() -> None:
    op.drop_table("deposit_entries")
    op.drop_table("merchant_deposits")
