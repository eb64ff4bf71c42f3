"""Parcels are found by the number under which they were registered with the courier."""

import sqlalchemy as sa
from aftercare_chassis.database import indexes
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    indexes.create(
        "parcels_reference_idx",
        "parcels",
        ["reference", "carrier"],
        postgresql_where=sa.text("reference IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("parcels_reference_idx", "parcels")
