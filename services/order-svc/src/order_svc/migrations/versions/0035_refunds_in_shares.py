"""Refunds that are made from several payments: a row per share."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None
# Earlier builds take the result of a share for that of the whole refund.
compatible_with = "0035"

RULES = {
    "whole_minor": "whole_minor >= 0",
    "shared": "(share_of IS NULL) = (whole_minor IS NULL)",
    "share": "amount_minor <= whole_minor",
}


def upgrade() -> None:
    op.add_column("refunds", sa.Column("share_of", sa.Text(), nullable=True))
    op.add_column("refunds", sa.Column("whole_minor", sa.BigInteger(), nullable=True))
    for name, rule in RULES.items():
        op.create_check_constraint(op.f(f"refunds_{name}_check"), "refunds", rule)


def downgrade() -> None:
    for name in RULES:
        op.drop_constraint(op.f(f"refunds_{name}_check"), "refunds", type_="check")
    op.drop_column("refunds", "whole_minor")
    op.drop_column("refunds", "share_of")
