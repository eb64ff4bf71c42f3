"""Refunds outside the payment provider that no case has decided have a reference and a proof."""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

_COLUMNS = ("outside_reference", "outside_evidence")


def upgrade() -> None:
    for name in _COLUMNS:
        op.add_column("refunds", sa.Column(name, sa.Text(), nullable=True))


def downgrade() -> None:
    for name in reversed(_COLUMNS):
        op.drop_column("refunds", name)
