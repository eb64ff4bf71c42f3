"""The postings of the ledger are counted and compared with our other books."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ledger_progress",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("counted_to", sa.BigInteger(), nullable=False),
        sa.Column("postings", sa.BigInteger(), nullable=False),
        sa.Column("posting_id", sa.Text(), nullable=True),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("ledger_progress_pkey")),
    )
    op.create_table(
        "ledger_totals",
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        *_sums("ledger_totals"),
        sa.PrimaryKeyConstraint("currency", "account", name=op.f("ledger_totals_pkey")),
    )
    op.create_table(
        "ledger_days",
        sa.Column("merchant_id", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        *_sums("ledger_days"),
        sa.Column("postings", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("merchant_id", "day", "currency", "account", name=op.f("ledger_days_pkey")),
    )
    op.create_table(
        "ledger_breaks",
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("difference_minor", sa.BigInteger(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("order_id", "currency", "account", name=op.f("ledger_breaks_pkey")),
    )
    op.create_table(
        "ledger_recounts",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("counted_to", sa.BigInteger(), nullable=False),
        sa.Column("last_order_id", sa.Text(), nullable=False),
        sa.Column("orders", sa.BigInteger(), nullable=False),
        sa.Column("postings", sa.BigInteger(), nullable=False),
        sa.Column("expected", JSONB(none_as_null=True), nullable=False),
        sa.Column("found", JSONB(none_as_null=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('running', 'agrees', 'differs')", name=op.f("ledger_recounts_state_check")),
        sa.PrimaryKeyConstraint("id", name=op.f("ledger_recounts_pkey")),
    )
    op.create_index(
        "ledger_recounts_running_key",
        "ledger_recounts",
        ["state"],
        unique=True,
        postgresql_where=sa.text("state = 'running'"),
    )


def _sums(table: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("debited_minor", sa.BigInteger(), nullable=False),
        sa.Column("credited_minor", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("debited_minor >= 0", name=op.f(f"{table}_debited_minor_check")),
        sa.CheckConstraint("credited_minor >= 0", name=op.f(f"{table}_credited_minor_check")),
    ]


def downgrade() -> None:
    for table in ("ledger_recounts", "ledger_breaks", "ledger_days", "ledger_totals", "ledger_progress"):
        op.drop_table(table)
