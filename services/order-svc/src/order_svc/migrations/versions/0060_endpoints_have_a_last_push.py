"""When the last push of an endpoint was processed."""

import sqlalchemy as sa
from alembic import op

revision = "0060"
down_revision = "0059"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("courier_endpoints", sa.Column("last_push_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("courier_endpoints", "last_push_at")
