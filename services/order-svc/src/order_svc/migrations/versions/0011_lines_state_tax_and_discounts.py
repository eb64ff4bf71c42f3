"""Lines of an order may state the tax in what was paid, and what their discount is made of."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("order_lines", sa.Column("tax_minor", sa.BigInteger(), nullable=True))
    op.add_column("order_lines", sa.Column("discounts", JSONB(none_as_null=True), nullable=True))
    op.create_check_constraint("order_lines_tax_minor_check", "order_lines", "tax_minor >= 0")


def downgrade() -> None:
    op.drop_column("order_lines", "discounts")
    op.drop_column("order_lines", "tax_minor")
