"""Copies of versions of articles may expire, and be withdrawn before they take effect."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("known_articles", sa.Column("effective_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column("known_articles", sa.Column("withdrawn", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    op.drop_column("known_articles", "withdrawn")
    op.drop_column("known_articles", "effective_until")
