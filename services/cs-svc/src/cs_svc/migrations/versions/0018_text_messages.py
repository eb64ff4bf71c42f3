"""Who takes no messages any more, how many segments a message took, and how many an address got lately."""

import sqlalchemy as sa
from aftercare_chassis.database import indexes
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "identities", sa.Column("opted_out_at", sa.DateTime(timezone=True), nullable=True), if_not_exists=True
    )
    op.add_column("deliveries", sa.Column("segments", sa.Integer(), nullable=True), if_not_exists=True)
    indexes.create("deliveries_identity_idx", "deliveries", ["identity_id", "updated_at"])


def downgrade() -> None:
    op.drop_index("deliveries_identity_idx", table_name="deliveries")
    op.drop_column("deliveries", "segments")
    op.drop_column("identities", "opted_out_at")
