"""Conversations that were merged into another one, and messages that were posted in another one."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("conversations", sa.Column("merged_into", sa.Text(), nullable=True), if_not_exists=True)
    skipped: sa.Column[int] = sa.Column("places_skipped", sa.Integer(), server_default="0", nullable=False)
    op.add_column("conversations", skipped, if_not_exists=True)
    op.add_column("messages", sa.Column("origin_id", sa.Text(), nullable=True), if_not_exists=True)


def downgrade() -> None:
    op.drop_column("messages", "origin_id")
    for name in ("places_skipped", "merged_into"):
        op.drop_column("conversations", name)
