"""Buyers are reminded that the time to confirm a receipt ends."""

import sqlalchemy as sa
from aftercare_chassis.database import indexes
from alembic import op

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("orders", sa.Column("receipt_reminds_at", sa.DateTime(timezone=True)), if_not_exists=True)
    reminded = sa.text("receipt_reminds_at IS NOT NULL")
    indexes.create("orders_reminder_idx", "orders", ["receipt_reminds_at"], postgresql_where=reminded)


def downgrade() -> None:
    op.drop_index("orders_reminder_idx", "orders")
    op.drop_column("orders", "receipt_reminds_at")
