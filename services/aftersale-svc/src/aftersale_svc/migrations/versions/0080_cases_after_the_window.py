"""Cases keep whether they were asked for after the after-sale window: no money goes back by silence then."""

import sqlalchemy as sa
from alembic import op

revision = "0080"
down_revision = "0079"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("cases", sa.Column("after_window", sa.Boolean(), server_default=sa.text("false"), nullable=False))


def downgrade() -> None:
    op.drop_column("cases", "after_window")
