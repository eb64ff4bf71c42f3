"""Disputes that were decided are found by their category, and by when they were."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

DECIDED = sa.text("decided_at IS NOT NULL")


def upgrade() -> None:
    op.create_index("disputes_category_idx", "disputes", ["category", "decided_at"], postgresql_where=DECIDED)
    op.create_index("disputes_decided_idx", "disputes", ["decided_at"], postgresql_where=DECIDED)


def downgrade() -> None:
    op.drop_index("disputes_decided_idx", table_name="disputes")
    op.drop_index("disputes_category_idx", table_name="disputes")
