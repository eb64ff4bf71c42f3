"""What refunds that fail in part have given back, by the lines of their cases."""

import sqlalchemy as sa
from alembic import op

revision = "0110"
down_revision = "0109"
branch_labels = None
depends_on = None

COLUMNS = (
    ("case_lines", "returned_units", sa.Integer),
    ("case_lines", "returned_minor", sa.BigInteger),
    ("cases", "returned_freight_minor", sa.BigInteger),
)


def upgrade() -> None:
    for table, column, kind in COLUMNS:
        op.add_column(table, sa.Column(column, kind(), server_default="0", nullable=False))
        op.create_check_constraint(op.f(f"{table}_{column}_check"), table, f"{column} >= 0")


def downgrade() -> None:
    for table, column, _ in COLUMNS:
        op.drop_constraint(op.f(f"{table}_{column}_check"), table, type_="check")
        op.drop_column(table, column)
