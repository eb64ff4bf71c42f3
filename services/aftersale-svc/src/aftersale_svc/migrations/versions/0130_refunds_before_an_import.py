"""Units that were refunded before their order was imported had left; cancellations have a time."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0130"
down_revision = "0129"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("order_lines", sa.Column("refunded_quantity", sa.Integer(), server_default="0", nullable=False))
    op.add_column("order_lines", sa.Column("cancellations", JSONB(), nullable=True))
    op.create_check_constraint(
        "order_lines_refunded_quantity_check", "order_lines", "refunded_quantity >= 0", postgresql_not_valid=True
    )


def downgrade() -> None:
    op.drop_column("order_lines", "cancellations")
    op.drop_column("order_lines", "refunded_quantity")
