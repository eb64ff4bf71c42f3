"""Several payments of one order: what they have brought, and the plan that they follow."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None
# Earlier builds take the payment of a part of an order for one of all of it.
compatible_with = "0028"


def upgrade() -> None:
    op.add_column("orders", sa.Column("paid_minor", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("orders", sa.Column("payment_plan", postgresql.JSONB(none_as_null=True), nullable=True))
    op.execute("UPDATE orders SET paid_minor = total_minor WHERE payment_id IS NOT NULL")
    op.create_check_constraint(op.f("orders_paid_minor_check"), "orders", "paid_minor >= 0")
    op.create_check_constraint(op.f("orders_not_overpaid_check"), "orders", "paid_minor <= total_minor")
    op.add_column("payments", sa.Column("surplus", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.execute(
        "UPDATE payments SET surplus = true FROM orders WHERE orders.id = payments.order_id"
        " AND payments.state = 'succeeded' AND payments.id IS DISTINCT FROM orders.payment_id"
    )
    op.drop_index("payments_live_key", table_name="payments")


def downgrade() -> None:
    op.create_index("payments_live_key", "payments", ["order_id"], unique=True, postgresql_where="state = 'pending'")
    op.drop_column("payments", "surplus")
    op.drop_constraint(op.f("orders_not_overpaid_check"), "orders", type_="check")
    op.drop_constraint(op.f("orders_paid_minor_check"), "orders", type_="check")
    op.drop_column("orders", "payment_plan")
    op.drop_column("orders", "paid_minor")
