"""Units of paid lines are cancelled before shipment."""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
# Earlier builds cancel no units, so that the rules permit their rows.
compatible_with = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("order_lines", sa.Column("cancelled_quantity", sa.Integer(), server_default="0", nullable=False))
    op.add_column("order_lines", sa.Column("cancelled_minor", sa.BigInteger(), server_default="0", nullable=False))
    op.create_check_constraint("order_lines_cancelled_quantity_check", "order_lines", "cancelled_quantity >= 0")
    op.create_check_constraint("order_lines_cancelled_minor_check", "order_lines", "cancelled_minor >= 0")
    op.create_check_constraint("order_lines_cancelled_check", "order_lines", "cancelled_quantity <= withdrawn_quantity")
    op.create_check_constraint("order_lines_cancelled_part_check", "order_lines", "cancelled_minor <= paid_minor")


def downgrade() -> None:
    op.drop_column("order_lines", "cancelled_minor")
    op.drop_column("order_lines", "cancelled_quantity")
