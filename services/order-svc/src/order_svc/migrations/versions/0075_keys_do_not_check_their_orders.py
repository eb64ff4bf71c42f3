"""The keys that orders are found by have no foreign key: they are written with the events of their orders, which are not deleted."""

from alembic import op

revision = "0075"
down_revision = "0074"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_constraint(op.f("order_keys_order_id_fkey"), "order_keys", type_="foreignkey")


def downgrade() -> None:
    op.create_foreign_key(op.f("order_keys_order_id_fkey"), "order_keys", "orders", ["order_id"], ["id"])
