"""An intercept keeps why it was asked for."""

import sqlalchemy as sa
from alembic import op

revision = "0068"
down_revision = "0067"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("intercepts", sa.Column("reason", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("intercepts", "reason")
