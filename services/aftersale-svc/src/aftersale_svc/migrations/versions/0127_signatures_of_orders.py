"""When an order was signed for, beside when its receipt was confirmed."""

import sqlalchemy as sa
from alembic import op

revision = "0127"
down_revision = "0126"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Of orders that are received already, `received_at` is the signature where that was known.
    op.add_column("orders", sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.execute("UPDATE orders SET received_at = signed_at WHERE signed_at IS NOT NULL")
    op.drop_column("orders", "signed_at")
