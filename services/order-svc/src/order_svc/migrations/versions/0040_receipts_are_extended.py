"""The time to confirm a receipt runs from the collection in person, and is extended."""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

_COLUMNS = (
    ("orders", "virtual_only", sa.Boolean()),
    ("orders", "receipt_from_at", sa.DateTime(timezone=True)),
    ("orders", "receipt_extended_days", sa.Integer()),
    ("orders", "receipt_extensions_left", sa.Integer()),
    ("parcels", "collected_at", sa.DateTime(timezone=True)),
)
_CHECKS = {"receipt_extended_days": 1, "receipt_extensions_left": 0}


def upgrade() -> None:
    for table, column, kind in _COLUMNS:
        op.add_column(table, sa.Column(column, kind, nullable=True))
    for name, least in _CHECKS.items():
        op.create_check_constraint(op.f(f"orders_{name}_check"), "orders", f"{name} >= {least}")


def downgrade() -> None:
    for name in _CHECKS:
        op.drop_constraint(op.f(f"orders_{name}_check"), "orders", type_="check")
    for table, column, _ in reversed(_COLUMNS):
        op.drop_column(table, column)
