"""Cases keep when they ended: the time to dispute one counts from there."""

import sqlalchemy as sa
from alembic import op

revision = "0063"
down_revision = "0062"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("cases", sa.Column("ended_at", sa.DateTime(timezone=True)))
    op.execute("UPDATE cases SET ended_at = updated_at WHERE state IN ('completed', 'closed', 'cancelled')")


def downgrade() -> None:
    op.drop_column("cases", "ended_at")
