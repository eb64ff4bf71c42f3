"""When a refund that had succeeded came back to the merchant."""

import sqlalchemy as sa
from alembic import op

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None
# A CHECK is added: earlier builds do not know of refunds that come back.
compatible_with = "0055"


def upgrade() -> None:
    op.add_column("refunds", sa.Column("reversed_at", sa.DateTime(timezone=True), nullable=True))
    op.create_check_constraint(op.f("refunds_reversed_check"), "refunds", "reversed_at IS NULL OR state = 'failed'")


def downgrade() -> None:
    op.drop_constraint(op.f("refunds_reversed_check"), "refunds", type_="check")
    op.drop_column("refunds", "reversed_at")
