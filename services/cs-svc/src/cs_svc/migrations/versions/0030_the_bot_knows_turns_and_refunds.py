"""Copies of who has to act in a case and of its refund, and what the bot offers to choose from."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("bot_answers", sa.Column("choices", JSONB(), nullable=True))
    op.create_table(
        "known_turns",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("turn", sa.Text(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="known_turns_pkey"),
    )
    op.create_table(
        "known_refunds",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.CheckConstraint("state IN ('requested', 'paid', 'failed', 'reversed')", name="known_refunds_state_check"),
        sa.PrimaryKeyConstraint("id", name="known_refunds_pkey"),
    )


def downgrade() -> None:
    op.drop_table("known_refunds")
    op.drop_table("known_turns")
    op.drop_column("bot_answers", "choices")
