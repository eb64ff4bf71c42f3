"""Units of orders are cancelled without a case before they leave."""

import sqlalchemy as sa
from alembic import op

revision = "0107"
down_revision = "0106"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("order_lines", sa.Column("cancelled_quantity", sa.Integer(), server_default="0", nullable=False))
    op.add_column("order_lines", sa.Column("cancelled_minor", sa.BigInteger(), server_default="0", nullable=False))
    op.create_check_constraint("order_lines_cancelled_quantity_check", "order_lines", "cancelled_quantity >= 0")
    op.create_check_constraint("order_lines_cancelled_minor_check", "order_lines", "cancelled_minor >= 0")


def downgrade() -> None:
    op.drop_column("order_lines", "cancelled_minor")
    op.drop_column("order_lines", "cancelled_quantity")
