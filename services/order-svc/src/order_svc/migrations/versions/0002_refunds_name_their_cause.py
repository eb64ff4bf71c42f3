"""A refund remembers the event that asked for it, so that all that is told of it later names its cause."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("refunds", sa.Column("asked_by_event", sa.Text(), nullable=True))
    op.add_column("refunds", sa.Column("correlation_id", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("refunds", "correlation_id")
    op.drop_column("refunds", "asked_by_event")
