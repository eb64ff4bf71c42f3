"""Files of messages that a channel keeps for a while, until they are fetched."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "awaited_files",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "channel IN ('web', 'email', 'wechat', 'qq', 'sms', 'phone')", name="awaited_files_channel_check"
        ),
        sa.PrimaryKeyConstraint("id", name="awaited_files_pkey"),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name="awaited_files_message_id_fkey"),
    )
    op.create_index("awaited_files_due_idx", "awaited_files", ["due_at", "id"])


def downgrade() -> None:
    op.drop_table("awaited_files")
