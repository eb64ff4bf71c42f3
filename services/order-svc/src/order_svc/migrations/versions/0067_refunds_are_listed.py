"""Refunds are listed by their states, the oldest first."""

import sqlalchemy as sa
from aftercare_chassis.database import indexes
from alembic import op

revision = "0067"
down_revision = "0066"
branch_labels = None
depends_on = None


def upgrade() -> None:
    indexes.create("refunds_state_idx", "refunds", ["state", "created_at", "id"])
    op.drop_index("refunds_unknown_idx", table_name="refunds", if_exists=True)


def downgrade() -> None:
    indexes.create("refunds_unknown_idx", "refunds", ["created_at"], postgresql_where=sa.text("state = 'unknown'"))
    op.drop_index("refunds_state_idx", table_name="refunds", if_exists=True)
