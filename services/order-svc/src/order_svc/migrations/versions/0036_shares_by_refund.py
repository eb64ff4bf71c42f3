"""The shares of a refund are found by it."""

import sqlalchemy as sa
from aftercare_chassis.database import indexes
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    indexes.create("refunds_share_idx", "refunds", ["share_of"], postgresql_where=sa.text("share_of IS NOT NULL"))


def downgrade() -> None:
    op.drop_index("refunds_share_idx", "refunds")
