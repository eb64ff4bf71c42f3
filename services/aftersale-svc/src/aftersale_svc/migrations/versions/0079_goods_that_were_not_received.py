"""Inspections say what was in the parcel. Where they have not, it counts as all of the units."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0079"
down_revision = "0078"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("returns", sa.Column("received", JSONB(), nullable=True))


def downgrade() -> None:
    op.drop_column("returns", "received")
