"""An index for the disputes that each arbitrator has."""

from aftercare_chassis.database import indexes
from alembic import op
from sqlalchemy import text

revision = "0098"
down_revision = "0097"
branch_labels = None
depends_on = None


def upgrade() -> None:
    indexes.create(
        "disputes_arbitrator_idx", "disputes", ["arbitrator_id"], postgresql_where=text("arbitrator_id IS NOT NULL")
    )


def downgrade() -> None:
    op.drop_index("disputes_arbitrator_idx", "disputes")
