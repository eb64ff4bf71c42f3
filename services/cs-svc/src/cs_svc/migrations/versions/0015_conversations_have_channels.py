"""Channels of conversations and messages, identities of customers on them, and deliveries of messages over them."""

import sqlalchemy as sa
from aftercare_chassis.database import indexes
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_CHANNELS = "channel IN ('web', 'email', 'wechat', 'qq', 'sms', 'phone')"
_DELIVERY_STATES = "state IN ('queued', 'sent', 'delivered', 'failed', 'bounced')"


def upgrade() -> None:
    for table, columns in (("conversations", ("identity_id", "subject")), ("messages", ("quoted", "external_id"))):
        channel = sa.Column("channel", sa.Text(), server_default="web", nullable=False)
        op.add_column(table, channel, if_not_exists=True)
        for name in columns:
            op.add_column(table, sa.Column(name, sa.Text(), nullable=True), if_not_exists=True)
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {table}_channel_check")
        op.create_check_constraint(op.f(f"{table}_channel_check"), table, _CHANNELS, postgresql_not_valid=True)
    op.create_table(
        "identities",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.Text(), nullable=False),
        sa.Column("buyer_id", sa.Text(), nullable=False),
        sa.Column("last_inbound_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("version > 0", name=op.f("identities_version_check")),
        sa.CheckConstraint("state IN ('separate', 'linked')", name=op.f("identities_state_check")),
        sa.CheckConstraint(_CHANNELS, name=op.f("identities_channel_check")),
        sa.PrimaryKeyConstraint("id", name=op.f("identities_pkey")),
        sa.UniqueConstraint("channel", "address", name="identities_address_key"),
        if_not_exists=True,
    )
    op.create_index("identities_buyer_idx", "identities", ["buyer_id", "id"], if_not_exists=True)
    op.create_table(
        "deliveries",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("conversation_id", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("identity_id", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("leased_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(_CHANNELS, name=op.f("deliveries_channel_check")),
        sa.CheckConstraint(_DELIVERY_STATES, name=op.f("deliveries_state_check")),
        sa.PrimaryKeyConstraint("id", name=op.f("deliveries_pkey")),
        sa.UniqueConstraint("message_id", "identity_id", name="deliveries_message_key"),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("deliveries_message_id_fkey")),
        sa.ForeignKeyConstraint(["identity_id"], ["identities.id"], name=op.f("deliveries_identity_id_fkey")),
        if_not_exists=True,
    )
    for name, of, present in (
        ("conversation", ["conversation_id", "id"], None),
        ("due", ["due_at", "id"], "due_at IS NOT NULL"),
        ("external", ["channel", "external_id"], "external_id IS NOT NULL"),
    ):
        where = sa.text(present) if present else None
        op.create_index(f"deliveries_{name}_idx", "deliveries", of, postgresql_where=where, if_not_exists=True)
    indexes.create("conversations_identity_idx", "conversations", ["identity_id", "id"])


def downgrade() -> None:
    op.drop_table("deliveries")
    op.drop_table("identities")
    op.drop_index("conversations_identity_idx", table_name="conversations")
    for table, columns in (("conversations", ("identity_id", "subject")), ("messages", ("quoted", "external_id"))):
        op.drop_constraint(op.f(f"{table}_channel_check"), table, type_="check")
        for name in ("channel", *columns):
            op.drop_column(table, name)
