"""What merchants had paid of the freight of returns before the insurance paid less than it was to."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0131"
down_revision = "0130"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("return_freights", sa.Column("earlier_payments", JSONB(), nullable=True))


def downgrade() -> None:
    op.drop_column("return_freights", "earlier_payments")
