"""Who has dealt with an event that a reconciliation could not do again, when, and how."""

import sqlalchemy as sa
from alembic import op

revision = "m0003"
down_revision = "m0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("unrestored_event", sa.Column("closed_at", sa.DateTime(timezone=True)))
    op.add_column("unrestored_event", sa.Column("closed_by", sa.Text()))
    op.add_column("unrestored_event", sa.Column("closing_reason", sa.Text()))


def downgrade() -> None:
    for name in ("closed_at", "closed_by", "closing_reason"):
        op.drop_column("unrestored_event", name)
