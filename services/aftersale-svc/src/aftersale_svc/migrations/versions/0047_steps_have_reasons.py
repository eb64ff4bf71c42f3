"""A step of the timeline has the reason for which it rejected or closed the case."""

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("case_timeline", sa.Column("reason", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("case_timeline", "reason")
