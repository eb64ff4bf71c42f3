"""Refunds keep who bears them, where that is not the merchant alone."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("refunds", sa.Column("borne", JSONB(none_as_null=True), nullable=True))


def downgrade() -> None:
    op.drop_column("refunds", "borne")
