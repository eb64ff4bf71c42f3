"""The tax in what refunds that fail in part have given back, by the lines of their cases."""

import sqlalchemy as sa
from alembic import op

revision = "0115"
down_revision = "0114"
branch_labels = None
depends_on = None

COLUMN = "returned_tax_minor"


def upgrade() -> None:
    op.add_column("case_lines", sa.Column(COLUMN, sa.BigInteger(), server_default="0", nullable=False))
    op.create_check_constraint(op.f(f"case_lines_{COLUMN}_check"), "case_lines", f"{COLUMN} >= 0")


def downgrade() -> None:
    op.drop_constraint(op.f(f"case_lines_{COLUMN}_check"), "case_lines", type_="check")
    op.drop_column("case_lines", COLUMN)
