"""Notes of agents, tags of conversations, and conversations that are put off."""

import sqlalchemy as sa
from aftercare_chassis.database import indexes
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    tags: sa.Column[list[str]] = sa.Column("tags", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False)
    op.add_column("conversations", tags, if_not_exists=True)
    until = sa.Column("snoozed_until", sa.DateTime(timezone=True), nullable=True)
    op.add_column("conversations", until, if_not_exists=True)
    for table in ("sla_policies", "sla_clocks"):
        flag: sa.Column[bool] = sa.Column("pause_when_snoozed", sa.Boolean(), server_default=sa.false(), nullable=False)
        op.add_column(table, flag, if_not_exists=True)
    op.create_table(
        "tags",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("retired", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("version > 0", name="tags_version_check"),
        sa.PrimaryKeyConstraint("id"),
        if_not_exists=True,
    )
    op.create_table(
        "notes",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("conversation_id", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("mentions", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"]),
        sa.PrimaryKeyConstraint("id"),
        if_not_exists=True,
    )
    op.create_index("notes_conversation_idx", "notes", ["conversation_id", "id"], if_not_exists=True)
    op.create_index("notes_mentions_idx", "notes", ["mentions"], postgresql_using="gin", if_not_exists=True)
    indexes.create("conversations_tags_idx", "conversations", ["tags"], postgresql_using="gin")
    snoozed = sa.text("snoozed_until IS NOT NULL")
    indexes.create("conversations_snoozed_idx", "conversations", ["snoozed_until"], postgresql_where=snoozed)


def downgrade() -> None:
    for table in ("notes", "tags"):
        op.drop_table(table)
    for table in ("sla_policies", "sla_clocks"):
        op.drop_column(table, "pause_when_snoozed")
    for name in ("tags", "snoozed"):
        op.drop_index(f"conversations_{name}_idx", table_name="conversations")
    for name in ("tags", "snoozed_until"):
        op.drop_column("conversations", name)
