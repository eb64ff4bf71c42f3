"""Messages that are answers for an after-sale case."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("messages", sa.Column("case_id", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("messages", "case_id")
