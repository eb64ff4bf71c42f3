"""The bot writes in conversations: which ones it has, the messages that it is to answer, and by what it answered."""

import sqlalchemy as sa
from aftercare_chassis.database import codes
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("conversations", sa.Column("bot_in_charge", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("messages", sa.Column("bot", sa.dialects.postgresql.JSONB(), nullable=True))
    codes.allow_codes("messages", "author_role", "bot")
    codes.allow_codes("read_marks", "reader_role", "bot")
    codes.allow_codes("bot_answers", "reason", "too_many", "failed")
    op.create_table(
        "bot_turns",
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("conversation_id", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("leased_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer_id", sa.Text(), nullable=True),
        sa.Column("reply_id", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('queued', 'answered', 'handed_over', 'dropped')", name="bot_turns_state_check"),
        sa.PrimaryKeyConstraint("message_id", name="bot_turns_pkey"),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name="bot_turns_message_id_fkey"),
    )
    due = sa.text("due_at IS NOT NULL")
    op.create_index("bot_turns_due_idx", "bot_turns", ["due_at", "message_id"], postgresql_where=due)
    op.create_index("bot_turns_conversation_idx", "bot_turns", ["conversation_id", "place"])


def downgrade() -> None:
    op.drop_table("bot_turns")
    codes.forbid_codes("bot_answers", "reason", "too_many", "failed", instead="not_sure")
    codes.forbid_codes("read_marks", "reader_role", "bot", instead="system")
    codes.forbid_codes("messages", "author_role", "bot", instead="agent")
    op.drop_column("messages", "bot")
    op.drop_column("conversations", "bot_in_charge")
