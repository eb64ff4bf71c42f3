"""The calls of payments whose provider has to know the buyer have the buyer's id there."""

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None
# Earlier builds would submit such a payment as another kind, and do not know what the buyer makes it with.
compatible_with = "0050"


def upgrade() -> None:
    op.add_column("provider_calls", sa.Column("payer_id", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("provider_calls", "payer_id")
