"""Orders are packed before they are shipped."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("orders", sa.Column("packed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("orders", sa.Column("packages", JSONB(none_as_null=True), nullable=True))
    op.create_check_constraint("orders_packed_check", "orders", "(packed_at IS NULL) = (packages IS NULL)")


def downgrade() -> None:
    op.drop_column("orders", "packages")
    op.drop_column("orders", "packed_at")
