"""A scan of a piece of a parcel has the number of that piece."""

import sqlalchemy as sa
from alembic import op

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("parcel_events", sa.Column("piece_no", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("parcel_events", "piece_no")
