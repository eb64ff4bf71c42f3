"""Claims to refused goods keep when a courier had their parcel first: its waybill can be corrected until then."""

import sqlalchemy as sa
from alembic import op

revision = "0103"
down_revision = "0102"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("refused_goods_claims", sa.Column("scanned_at", sa.DateTime(timezone=True)))


def downgrade() -> None:
    op.drop_column("refused_goods_claims", "scanned_at")
