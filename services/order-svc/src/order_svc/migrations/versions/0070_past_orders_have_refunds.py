"""Lines of imported orders may have been refunded before, after they had left."""

import sqlalchemy as sa
from alembic import op

revision = "0070"
down_revision = "0069"
branch_labels = None
depends_on = None
# CHECKs are added: earlier builds would give back once more what an imported order had given back.
compatible_with = "0070"

CHECKS = {
    "refunded_quantity": "refunded_quantity >= 0",
    "refunded_minor": "refunded_minor >= 0",
    "refunded": "refunded_quantity <= shipped_quantity",
    "refunded_part": "cancelled_minor + refunded_minor <= paid_minor",
}


def upgrade() -> None:
    op.add_column("order_lines", sa.Column("refunded_quantity", sa.Integer(), server_default="0", nullable=False))
    op.add_column("order_lines", sa.Column("refunded_minor", sa.BigInteger(), server_default="0", nullable=False))
    for name, condition in CHECKS.items():
        # The rows are read when the CHECK is validated, which stops no writer.
        op.create_check_constraint(
            op.f(f"order_lines_{name}_check"), "order_lines", condition, postgresql_not_valid=True
        )


def downgrade() -> None:
    op.drop_column("order_lines", "refunded_minor")
    op.drop_column("order_lines", "refunded_quantity")
