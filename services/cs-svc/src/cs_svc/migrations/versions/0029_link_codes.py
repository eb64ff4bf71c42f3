"""One-time codes, by which buyers prove addresses on channels."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "link_codes",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("buyer_id", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("code_hash", sa.Text(), nullable=True),
        sa.Column("attempts_left", sa.Integer(), nullable=False),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "channel IN ('web', 'email', 'wechat', 'qq', 'sms', 'phone')", name="link_codes_channel_check"
        ),
        sa.CheckConstraint(
            "state IN ('requested', 'sent', 'used', 'blocked', 'failed')", name="link_codes_state_check"
        ),
        sa.PrimaryKeyConstraint("id", name="link_codes_pkey"),
    )
    due = sa.text("due_at IS NOT NULL")
    op.create_index("link_codes_due_idx", "link_codes", ["due_at", "id"], postgresql_where=due)
    op.create_index("link_codes_address_idx", "link_codes", ["channel", "address", "created_at"])
    op.create_index("link_codes_buyer_idx", "link_codes", ["buyer_id", "created_at"])
    op.create_index("link_codes_expires_idx", "link_codes", ["expires_at"])


def downgrade() -> None:
    op.drop_table("link_codes")
