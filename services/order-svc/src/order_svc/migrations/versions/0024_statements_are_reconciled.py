"""The statements of payment providers are compared with our books."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reconciliations",
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("differences", sa.Integer(), nullable=False),
        sa.Column("reconciled_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("provider", "day", name=op.f("reconciliations_pkey")),
    )
    op.create_table(
        "statement_entries",
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Text(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("provider", "subject_id", name=op.f("statement_entries_pkey")),
    )
    op.create_index("statement_entries_seen_idx", "statement_entries", ["seen_at"])
    op.create_table(
        "payment_differences",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Text(), nullable=True),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("our_minor", sa.BigInteger(), nullable=False),
        sa.Column("their_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("handler_id", sa.Text(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "cause IN ('unknown_here', 'not_succeeded_here', 'other_amount', 'missing_there', 'chargeback', 'reversal')",
            name=op.f("payment_differences_cause_check"),
        ),
        sa.CheckConstraint(
            "kind IN ('payment', 'refund', 'chargeback', 'reversal')", name=op.f("payment_differences_kind_check")
        ),
        sa.CheckConstraint("our_minor >= 0", name=op.f("payment_differences_our_minor_check")),
        sa.CheckConstraint("their_minor >= 0", name=op.f("payment_differences_their_minor_check")),
        sa.CheckConstraint("state IN ('open', 'explained', 'resolved')", name=op.f("payment_differences_state_check")),
        sa.PrimaryKeyConstraint("id", name=op.f("payment_differences_pkey")),
    )
    op.create_index("payment_differences_state_idx", "payment_differences", ["state", "id"])


def downgrade() -> None:
    op.drop_table("payment_differences")
    op.drop_table("statement_entries")
    op.drop_table("reconciliations")
