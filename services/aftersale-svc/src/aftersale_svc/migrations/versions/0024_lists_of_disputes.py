"""Indexes of the disputes of a buyer and of an order."""

from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("disputes_order_idx", "disputes", ["order_id", "id"])
    op.create_index("disputes_buyer_idx", "disputes", ["buyer_id", "id"])


def downgrade() -> None:
    op.drop_index("disputes_buyer_idx", table_name="disputes")
    op.drop_index("disputes_order_idx", table_name="disputes")
