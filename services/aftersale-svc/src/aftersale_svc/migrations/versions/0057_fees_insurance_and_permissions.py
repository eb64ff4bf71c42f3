"""Merchants set fees, freight insurance and fast exchanges; rows name the versions that they were decided by."""

import sqlalchemy as sa
from aftercare_chassis.database.codes import allow_codes
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0057"
down_revision = "0056"
branch_labels = None
depends_on = None

KINDS = ("return_fees", "freight_insurance", "fast_exchange")
TABLES = ("cases", "returns", "refunds", "guarantee_claims")


def upgrade() -> None:
    for table in ("merchant_settings", "merchant_setting_versions"):
        allow_codes(table, "kind", *KINDS)
    for table in TABLES:
        op.add_column(table, sa.Column("settings", postgresql.JSONB(none_as_null=True), nullable=True))


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_column(table, "settings")
