"""A model of the bot may make another one again, with the vectors that were not there before."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("bot_models", sa.Column("repeats", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("bot_models", "repeats")
