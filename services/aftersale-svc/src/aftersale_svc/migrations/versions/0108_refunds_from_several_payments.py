"""Orders that were paid in several payments: which they are, which a refund is made from first, and what went back to each."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0108"
down_revision = "0107"
branch_labels = None
depends_on = None

DOCUMENTS = {"orders": "payments", "cases": "payment_ids", "disputes": "payment_ids", "refunds": "shares"}
SUMS = ("given_back_minor", "returned_minor")


def upgrade() -> None:
    for table, column in DOCUMENTS.items():
        op.add_column(table, sa.Column(column, JSONB(none_as_null=True), nullable=True))
    for column in SUMS:
        op.add_column("refunds", sa.Column(column, sa.BigInteger(), server_default="0", nullable=False))
        op.create_check_constraint(op.f(f"refunds_{column}_check"), "refunds", f"{column} >= 0")


def downgrade() -> None:
    for column in SUMS:
        op.drop_constraint(op.f(f"refunds_{column}_check"), "refunds", type_="check")
        op.drop_column("refunds", column)
    for table, column in DOCUMENTS.items():
        op.drop_column(table, column)
