"""Lines of orders state how their units come to the buyer."""

import sqlalchemy as sa
from alembic import op

revision = "0109"
down_revision = "0108"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("order_lines", sa.Column("fulfilment", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("order_lines", "fulfilment")
