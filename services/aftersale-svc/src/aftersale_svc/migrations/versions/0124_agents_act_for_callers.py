"""Agents act for buyers who have called, and that is recorded."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0124"
down_revision = "0123"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("cases", sa.Column("for_buyer_ids", ARRAY(sa.Text()), server_default="{}", nullable=False))
    op.add_column("case_timeline", sa.Column("on_behalf_of", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("case_timeline", "on_behalf_of")
    op.drop_column("cases", "for_buyer_ids")
