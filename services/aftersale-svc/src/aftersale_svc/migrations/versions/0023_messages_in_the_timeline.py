"""The timeline shows messages that were left for a case in a conversation."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("case_timeline", sa.Column("message", JSONB(), nullable=True))


def downgrade() -> None:
    op.drop_column("case_timeline", "message")
