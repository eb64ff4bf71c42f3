"""Orders may have the level of the buyer at the merchant."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("orders", sa.Column("buyer_level", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("orders", "buyer_level")
