"""Whether the buyer keeps goods that were to come back."""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("cases", sa.Column("goods_kept", sa.Boolean(), server_default="false", nullable=False))


def downgrade() -> None:
    op.drop_column("cases", "goods_kept")
