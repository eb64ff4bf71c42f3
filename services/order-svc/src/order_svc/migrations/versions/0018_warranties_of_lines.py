"""Lines of orders state how long their warranty lasts."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("order_lines", sa.Column("warranty_days", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("order_lines", "warranty_days")
