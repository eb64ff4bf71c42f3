"""Orders are listed by each of their times and by amount, of a merchant and of all."""

import sqlalchemy as sa
from aftercare_chassis.database import indexes
from alembic import op

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None

_LISTED = {
    "orders_all_created_idx": ["created_at", "id"],
    "orders_paid_idx": ["merchant_id", "paid_at", "id"],
    "orders_all_paid_idx": ["paid_at", "id"],
    "orders_shipped_idx": ["merchant_id", "shipped_at", "id"],
    "orders_all_shipped_idx": ["shipped_at", "id"],
    "orders_all_amount_idx": ["currency", "total_minor", "id"],
}


def upgrade() -> None:
    for name, columns in _LISTED.items():
        known = [sa.text(f"{column} IS NOT NULL") for column in columns if column in ("paid_at", "shipped_at")]
        indexes.create(name, "orders", columns, postgresql_where=known[0] if known else None)


def downgrade() -> None:
    for name in _LISTED:
        op.drop_index(name, "orders")
