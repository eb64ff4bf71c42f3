"""Merchants set how long they serve goods after the window; orders keep since when the buyer has the goods."""

import sqlalchemy as sa
from aftercare_chassis.database.codes import allow_codes
from alembic import op

revision = "0071"
down_revision = "0070"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("merchant_settings", "merchant_setting_versions"):
        allow_codes(table, "kind", "service_terms")
    op.add_column("orders", sa.Column("received_at", sa.DateTime(timezone=True)))


def downgrade() -> None:
    op.drop_column("orders", "received_at")
