"""Indexes of the work lists: the cases that wait for somebody, by their deadline."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("cases_queue_idx", "cases", ["whose_turn", "deadline_at", "id"])
    op.create_index("cases_merchant_queue_idx", "cases", ["merchant_id", "whose_turn", "deadline_at", "id"])


def downgrade() -> None:
    op.drop_index("cases_merchant_queue_idx", table_name="cases")
    op.drop_index("cases_queue_idx", table_name="cases")
