"""Disputes are found by whose turn it is in them and until when, as cases are."""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

LIMITED = sa.text("deadline_at IS NOT NULL")


def upgrade() -> None:
    op.create_index("disputes_turn_idx", "disputes", ["whose_turn", "deadline_at", "id"], postgresql_where=LIMITED)
    op.create_index("disputes_merchant_queue_idx", "disputes", ["merchant_id", "deadline_at"], postgresql_where=LIMITED)
    op.drop_index("disputes_queue_idx", table_name="disputes")


def downgrade() -> None:
    op.create_index(
        "disputes_queue_idx", "disputes", ["deadline_at", "id"], postgresql_where=sa.text("whose_turn = 'platform'")
    )
    op.drop_index("disputes_merchant_queue_idx", table_name="disputes")
    op.drop_index("disputes_turn_idx", table_name="disputes")
