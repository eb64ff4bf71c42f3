"""Compensations for lost goods above a limit are proposed by one agent and confirmed by another."""

import sqlalchemy as sa
from alembic import op

revision = "0082"
down_revision = "0081"
branch_labels = None
depends_on = None

_CHECKS = {
    "proposed_minor": "proposed_minor >= 0",
    "proposed": "proposed_minor <= claimed_minor",
    "proposer": "(proposed_minor IS NULL) = (proposed_by IS NULL)",
}


def upgrade() -> None:
    op.add_column("refused_goods_claims", sa.Column("proposed_minor", sa.BigInteger(), nullable=True))
    op.add_column("refused_goods_claims", sa.Column("proposed_by", sa.Text(), nullable=True))
    for name, condition in _CHECKS.items():
        op.create_check_constraint(op.f(f"refused_goods_claims_{name}_check"), "refused_goods_claims", condition)


def downgrade() -> None:
    for name in _CHECKS:
        op.drop_constraint(op.f(f"refused_goods_claims_{name}_check"), "refused_goods_claims")
    op.drop_column("refused_goods_claims", "proposed_by")
    op.drop_column("refused_goods_claims", "proposed_minor")
