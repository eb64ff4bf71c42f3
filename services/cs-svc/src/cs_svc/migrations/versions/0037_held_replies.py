"""Replies that wait for the approval of another agent."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "held_replies",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("conversation_id", sa.Text(), nullable=False),
        sa.Column("buyer_id", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("citations", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=True),
        sa.Column("suggestion_id", sa.Text(), nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("message_id", sa.Text(), nullable=True),
        sa.Column("deadline_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("version > 0", name="held_replies_version_check"),
        sa.CheckConstraint(
            "state IN ('awaiting', 'approved', 'declined', 'withdrawn', 'expired', 'lapsed')",
            name="held_replies_state_check",
        ),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"]),
        sa.PrimaryKeyConstraint("id"),
        if_not_exists=True,
    )
    op.create_index("held_replies_conversation_idx", "held_replies", ["conversation_id", "id"], if_not_exists=True)
    awaiting, due = sa.text("state = 'awaiting'"), sa.text("deadline_at IS NOT NULL")
    op.create_index("held_replies_awaiting_idx", "held_replies", ["id"], postgresql_where=awaiting, if_not_exists=True)
    op.create_index("held_replies_due_idx", "held_replies", ["deadline_at"], postgresql_where=due, if_not_exists=True)


def downgrade() -> None:
    op.drop_table("held_replies")
