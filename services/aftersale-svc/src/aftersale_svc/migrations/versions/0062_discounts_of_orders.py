"""Merchants set what becomes of the discounts of an order, and refunds keep what they take back of them."""

import sqlalchemy as sa
from aftercare_chassis.database.codes import allow_codes
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0062"
down_revision = "0061"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("merchant_settings", "merchant_setting_versions"):
        allow_codes(table, "kind", "order_discounts")
    allow_codes("refund_parts", "kind", "discount_recalculated")
    op.add_column("refunds", sa.Column("unearned", postgresql.JSONB(none_as_null=True), nullable=True))


def downgrade() -> None:
    op.drop_column("refunds", "unearned")
