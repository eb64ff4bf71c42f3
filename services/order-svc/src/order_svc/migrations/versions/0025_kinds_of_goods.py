"""Lines state their kind of goods and gifts, orders the time to pay and what the shipping fee is made of."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

_COLUMNS = (
    ("orders", "payment_minutes", sa.Integer()),
    ("orders", "shipping_tax_minor", sa.BigInteger()),
    ("orders", "shipping_discounts", JSONB()),
    ("order_lines", "fulfilment", sa.Text()),
    ("order_lines", "ships_by", sa.DateTime(timezone=True)),
    ("order_lines", "production_days", sa.Integer()),
    ("order_lines", "gift_of", sa.Text()),
)
_CHECKS = (
    ("orders", "payment_minutes", "payment_minutes >= 1"),
    ("orders", "shipping_tax_minor", "shipping_tax_minor >= 0"),
    ("order_lines", "fulfilment", "fulfilment IN ('stock', 'pre_sale', 'made_to_order', 'virtual')"),
    ("order_lines", "production_days", "production_days >= 1"),
)


def upgrade() -> None:
    for table, column, kind in _COLUMNS:
        op.add_column(table, sa.Column(column, kind, nullable=True))
    for table, name, condition in _CHECKS:
        op.create_check_constraint(op.f(f"{table}_{name}_check"), table, condition)


def downgrade() -> None:
    for table, name, _ in _CHECKS:
        op.drop_constraint(op.f(f"{table}_{name}_check"), table, type_="check")
    for table, column, _ in reversed(_COLUMNS):
        op.drop_column(table, column)
