"""Movements of stock, the merchant's times to ship, and goods that are delivered without a parcel."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

_TIMES = ("stock_ship_by_at", "ship_by_at", "shipment_overdue_at", "virtual_delivered_at")


def upgrade() -> None:
    for name in _TIMES:
        op.add_column("orders", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "stock_movements",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("line_id", sa.Text(), nullable=False),
        sa.Column("merchant_id", sa.Text(), nullable=False),
        sa.Column("sku", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cause", sa.Text(), nullable=True),
        sa.Column("parcel_id", sa.Text(), nullable=True),
        sa.Column("case_id", sa.Text(), nullable=True),
        sa.Column("grade", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('reserved', 'released', 'committed', 'returned')", name=op.f("stock_movements_kind_check")
        ),
        sa.CheckConstraint("quantity >= 1", name=op.f("stock_movements_quantity_check")),
        sa.CheckConstraint("cause IN ('cancelled', 'withdrawn')", name=op.f("stock_movements_cause_check")),
        sa.PrimaryKeyConstraint("id", name=op.f("stock_movements_pkey")),
    )
    op.create_index("stock_movements_order_idx", "stock_movements", ["order_id", "id"])
    op.create_index("stock_movements_sku_idx", "stock_movements", ["merchant_id", "sku", "id"])


def downgrade() -> None:
    op.drop_table("stock_movements")
    for name in reversed(_TIMES):
        op.drop_column("orders", name)
