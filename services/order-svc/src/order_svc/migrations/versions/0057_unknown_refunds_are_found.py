"""Refunds whose outcome is not known are found by their age."""

import sqlalchemy as sa
from aftercare_chassis.database import indexes
from alembic import op

revision = "0057"
down_revision = "0056"
branch_labels = None
depends_on = None


def upgrade() -> None:
    indexes.create("refunds_unknown_idx", "refunds", ["created_at"], postgresql_where=sa.text("state = 'unknown'"))


def downgrade() -> None:
    op.drop_index("refunds_unknown_idx", table_name="refunds")
