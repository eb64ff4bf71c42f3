"""Offers of conversations to the merchant's customer service and back."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    served_by = sa.Column("served_by", sa.Text(), server_default="platform", nullable=False)
    op.add_column("conversations", served_by, if_not_exists=True)
    op.add_column("conversations", sa.Column("merchant_sees_from", sa.Text(), nullable=True), if_not_exists=True)
    op.execute("ALTER TABLE conversations DROP CONSTRAINT IF EXISTS conversations_served_by_check")
    op.create_check_constraint(
        "conversations_served_by_check",
        "conversations",
        "served_by IN ('platform', 'merchant')",
        postgresql_not_valid=True,
    )
    op.create_table(
        "referrals",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("conversation_id", sa.Text(), nullable=False),
        sa.Column("buyer_id", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("merchant_id", sa.Text(), nullable=False),
        sa.Column("offered_to", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("shared_from", sa.Text(), nullable=True),
        sa.Column("offered_by", sa.Text(), nullable=False),
        sa.Column("answered_by", sa.Text(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("deadline_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("version > 0", name="referrals_version_check"),
        sa.CheckConstraint(
            "state IN ('offered', 'accepted', 'declined', 'withdrawn', 'expired', 'lapsed')",
            name="referrals_state_check",
        ),
        sa.CheckConstraint("offered_to IN ('platform', 'merchant')", name="referrals_offered_to_check"),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"]),
        sa.PrimaryKeyConstraint("id"),
        if_not_exists=True,
    )
    op.create_index("referrals_conversation_idx", "referrals", ["conversation_id", "id"], if_not_exists=True)
    op.create_index("referrals_merchant_idx", "referrals", ["merchant_id", "id"], if_not_exists=True)
    offered = sa.text("state = 'offered'")
    op.create_index(
        "referrals_open_key",
        "referrals",
        ["conversation_id"],
        unique=True,
        postgresql_where=offered,
        if_not_exists=True,
    )
    due = sa.text("deadline_at IS NOT NULL")
    op.create_index("referrals_due_idx", "referrals", ["deadline_at"], postgresql_where=due, if_not_exists=True)


def downgrade() -> None:
    op.drop_table("referrals")
    for name in ("merchant_sees_from", "served_by"):
        op.drop_column("conversations", name)
