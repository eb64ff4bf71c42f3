"""Cases have what rules of hours may depend on: category, level of the buyer, carrier."""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("orders", sa.Column("buyer_level", sa.Text(), nullable=True))
    for name in ("category", "buyer_level", "carrier"):
        op.add_column("cases", sa.Column(name, sa.Text(), nullable=True))


def downgrade() -> None:
    for name in ("carrier", "buyer_level", "category"):
        op.drop_column("cases", name)
    op.drop_column("orders", "buyer_level")
