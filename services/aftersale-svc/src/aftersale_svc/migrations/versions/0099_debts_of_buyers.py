"""What buyers owe by replaced verdicts is paid back, or written off."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0099"
down_revision = "0098"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "disputes", sa.Column("settled_debt_minor", sa.BigInteger(), nullable=False, server_default=sa.text("0"))
    )
    # Every row has the default, so the check holds; it need not read them under the lock.
    op.execute(
        "ALTER TABLE disputes ADD CONSTRAINT disputes_settled_debt_minor_check CHECK (settled_debt_minor >= 0) NOT VALID"
    )
    op.execute("ALTER TABLE disputes VALIDATE CONSTRAINT disputes_settled_debt_minor_check")
    op.create_table(
        "debt_entries",
        sa.Column("dispute_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("settled_as", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("evidence", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("settled_as IN ('repaid', 'written_off')", name=op.f("debt_entries_settled_as_check")),
        sa.CheckConstraint("amount_minor >= 0", name=op.f("debt_entries_amount_minor_check")),
        sa.CheckConstraint("amount_minor > 0", name=op.f("debt_entries_settled_check")),
        sa.CheckConstraint(
            "(settled_as = 'repaid') = (reference IS NOT NULL)", name=op.f("debt_entries_reference_check")
        ),
        sa.ForeignKeyConstraint(["dispute_id"], ["disputes.id"], name=op.f("debt_entries_dispute_id_fkey")),
        sa.PrimaryKeyConstraint("dispute_id", "number", name=op.f("debt_entries_pkey")),
    )


def downgrade() -> None:
    op.drop_table("debt_entries")
    op.drop_column("disputes", "settled_debt_minor")
