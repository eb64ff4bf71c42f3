"""Claims are counted by whose turn it is."""

from aftercare_chassis.database import indexes
from alembic import op
from sqlalchemy import text

revision = "0075"
down_revision = "0074"
branch_labels = None
depends_on = None

TABLES = ("courier_claims", "guarantee_claims", "refused_goods_claims")


def upgrade() -> None:
    for table in TABLES:
        indexes.create(f"{table}_turn_idx", table, ["whose_turn"], postgresql_where=text("whose_turn <> 'nobody'"))


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_index(f"{table}_turn_idx", table)
