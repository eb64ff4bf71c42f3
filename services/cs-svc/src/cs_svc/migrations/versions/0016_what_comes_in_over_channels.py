"""What comes in over channels as it arrived, and the files of messages."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "channel_inbox",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("push_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint(
            "channel IN ('web', 'email', 'wechat', 'qq', 'sms', 'phone')", name=op.f("channel_inbox_channel_check")
        ),
        sa.CheckConstraint(
            "state IN ('received', 'applied', 'ignored', 'unreadable')", name=op.f("channel_inbox_state_check")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("channel_inbox_pkey")),
        sa.UniqueConstraint("channel", "push_id", name="channel_inbox_push_key"),
    )
    due, finished = sa.text("due_at IS NOT NULL"), sa.text("finished_at IS NOT NULL")
    op.create_index("channel_inbox_due_idx", "channel_inbox", ["due_at", "id"], postgresql_where=due)
    op.create_index("channel_inbox_finished_idx", "channel_inbox", ["finished_at"], postgresql_where=finished)
    op.create_table(
        "message_attachments",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("message_attachments_pkey")),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("message_attachments_message_id_fkey")),
    )
    op.create_index("message_attachments_message_idx", "message_attachments", ["message_id", "id"])


def downgrade() -> None:
    op.drop_table("message_attachments")
    op.drop_table("channel_inbox")
