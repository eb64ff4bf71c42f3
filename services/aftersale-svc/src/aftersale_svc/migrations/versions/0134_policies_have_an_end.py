"""Versions of policies may expire, and be withdrawn before they take effect. Builds of 0133 take them for in force."""

import sqlalchemy as sa
from alembic import op

revision = "0134"
down_revision = "0133"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("effective_until", "withdrawn_at"):
        op.add_column("policies", sa.Column(name, sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    for name in ("withdrawn_at", "effective_until"):
        op.drop_column("policies", name)
