"""Copies of cases have whether their goods did not reach the buyer."""

import sqlalchemy as sa
from alembic import op

revision = "0073"
down_revision = "0072"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("cases", sa.Column("not_received", sa.Boolean(), nullable=True))


def downgrade() -> None:
    op.drop_column("cases", "not_received")
