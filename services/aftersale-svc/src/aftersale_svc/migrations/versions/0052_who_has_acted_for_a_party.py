"""Cases and disputes keep who has acted for a party in them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("cases", "disputes"):
        op.add_column(table, sa.Column("party_ids", ARRAY(sa.Text()), server_default="{}", nullable=False))


def downgrade() -> None:
    for table in ("disputes", "cases"):
        op.drop_column(table, "party_ids")
