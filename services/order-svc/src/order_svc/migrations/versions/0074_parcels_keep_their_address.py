"""Parcels keep the address to which they were sent where that of their order changes afterwards."""

import sqlalchemy as sa
from alembic import op

revision = "0074"
down_revision = "0073"
branch_labels = None
depends_on = None

FIELDS = ("salt", "name", "phone", "country", "province", "city", "district", "street", "postal_code")


def upgrade() -> None:
    op.create_table(
        "parcel_addresses",
        sa.Column("parcel_id", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in FIELDS),
        sa.ForeignKeyConstraint(["parcel_id"], ["parcels.id"]),
        sa.PrimaryKeyConstraint("parcel_id"),
    )


def downgrade() -> None:
    op.drop_table("parcel_addresses")
