"""Steps of the timeline keep what was offered or decided, and proposals until when they could be answered."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("case_timeline", sa.Column("details", postgresql.JSONB(), nullable=True))
    op.add_column("settlement_proposals", sa.Column("answer_by", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("settlement_proposals", "answer_by")
    op.drop_column("case_timeline", "details")
