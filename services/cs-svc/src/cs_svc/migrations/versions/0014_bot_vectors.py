"""The bot also has classifiers that know the vectors of texts, and records with which of the two it answered."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("bot_models", sa.Column("embedding_model", sa.Text(), nullable=True))
    op.add_column("bot_weights", sa.Column("weights_with_vectors", sa.LargeBinary(), nullable=True))
    op.add_column("bot_answers", sa.Column("with_vector", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    op.drop_column("bot_answers", "with_vector")
    op.drop_column("bot_weights", "weights_with_vectors")
    op.drop_column("bot_models", "embedding_model")
