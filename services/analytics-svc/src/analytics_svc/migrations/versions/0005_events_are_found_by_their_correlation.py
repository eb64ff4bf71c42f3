"""Events are found by what they have in common: the command, timer or push from which they follow."""

from aftercare_chassis.database import indexes
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    indexes.create("trace_events_correlation_idx", "trace_events", ["correlation_id"])


def downgrade() -> None:
    op.drop_index("trace_events_correlation_idx", "trace_events")
