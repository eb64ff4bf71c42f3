"""Refunds may be made outside the payment provider."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("refunds", sa.Column("outside", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("refunds", "outside")
