"""Indexes for the lists of cases by their last change and by their amounts."""

from aftercare_chassis.database import indexes
from alembic import op

revision = "0064"
down_revision = "0063"
branch_labels = None
depends_on = None
_ORDERS = {"updated": ["updated_at", "id"], "amount": ["currency", "requested_minor", "id"]}


def upgrade() -> None:
    for name, columns in _ORDERS.items():
        indexes.create(f"cases_{name}_idx", "cases", columns)
        indexes.create(f"cases_merchant_{name}_idx", "cases", ["merchant_id", *columns])


def downgrade() -> None:
    for name in _ORDERS:
        op.drop_index(f"cases_merchant_{name}_idx", "cases")
        op.drop_index(f"cases_{name}_idx", "cases")
