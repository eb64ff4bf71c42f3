"""Files in conversations are checked before anybody sees them; a worker adopts what came over channels before."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

_CAUSES = (
    "'not_uploaded', 'size_differs', 'hash_differs', 'type_differs', 'too_large_decoded', 'malformed', 'codec_unsupported', "
    "'infected', 'check_limit', 'check_unavailable', 'too_large', 'type_unsupported', 'not_fetched'"
)


def upgrade() -> None:
    op.create_table(
        "attachments",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=True),
        sa.Column("note_id", sa.Text(), nullable=True),
        sa.Column("is_for_note", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("uploader_id", sa.Text(), nullable=False),
        sa.Column("uploader_role", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("whose_turn", sa.Text(), nullable=False),
        sa.Column("deadline_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refused_because", sa.Text(), nullable=True),
        sa.Column("copy_type", sa.Text(), nullable=True),
        sa.Column("has_thumbnail", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("scanned", sa.Boolean(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "channel IN ('web', 'email', 'wechat', 'qq', 'sms', 'phone')", name="attachments_channel_check"
        ),
        sa.CheckConstraint(
            "state IN ('pending', 'uploaded', 'accepted', 'added', 'refused', 'expired')",
            name="attachments_state_check",
        ),
        sa.CheckConstraint(f"refused_because IN ({_CAUSES})", name="attachments_refused_because_check"),
        sa.CheckConstraint("version > 0", name="attachments_version_check"),
        sa.CheckConstraint("num_nonnulls(message_id, note_id) <= 1", name="attachments_place_check"),
        sa.CheckConstraint("note_id IS NULL OR is_for_note", name="attachments_note_check"),
        sa.CheckConstraint("(state = 'refused') = (refused_because IS NOT NULL)", name="attachments_refused_check"),
        sa.CheckConstraint(
            "(state IN ('accepted', 'added')) <= (copy_type IS NOT NULL)", name="attachments_accepted_check"
        ),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name="attachments_conversation_id_fkey"),
        sa.PrimaryKeyConstraint("id", name="attachments_pkey"),
    )
    op.create_index("attachments_conversation_idx", "attachments", ["conversation_id", "id"])
    in_message = sa.text("message_id IS NOT NULL")
    op.create_index("attachments_message_idx", "attachments", ["message_id"], postgresql_where=in_message)
    op.create_table(
        "received_contents",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["attachments.id"], name="received_contents_id_fkey"),
        sa.PrimaryKeyConstraint("id", name="received_contents_pkey"),
    )
    op.create_table(
        "attachment_checks",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["attachments.id"], name="attachment_checks_id_fkey"),
        sa.PrimaryKeyConstraint("id", name="attachment_checks_pkey"),
    )
    op.create_index("attachment_checks_due_idx", "attachment_checks", ["due_at"])
    empty = sa.text("'[]'")
    for table in ("messages", "notes"):
        op.add_column(table, sa.Column("attachments", postgresql.JSONB(), nullable=False, server_default=empty))


def downgrade() -> None:
    op.drop_column("notes", "attachments")
    op.drop_column("messages", "attachments")
    for table in ("attachment_checks", "received_contents", "attachments"):
        op.drop_table(table)
