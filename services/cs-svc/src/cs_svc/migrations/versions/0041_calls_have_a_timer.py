"""A timer ends calls of which no end was reported."""

import sqlalchemy as sa
from aftercare_chassis.database import indexes
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

# They have waited for a report until now.
_OPEN = """
UPDATE calls SET deadline_at = started_at + CASE state WHEN 'ringing' THEN interval '1 hour' ELSE interval '12 hours' END
WHERE state IN ('ringing', 'answered') AND deadline_at IS NULL
"""


def upgrade() -> None:
    deadline: sa.Column[object] = sa.Column("deadline_at", sa.DateTime(timezone=True), nullable=True)
    op.add_column("calls", deadline, if_not_exists=True)
    op.execute(_OPEN)
    due = sa.text("deadline_at IS NOT NULL")
    indexes.create("calls_due_idx", "calls", ["deadline_at"], postgresql_where=due)


def downgrade() -> None:
    op.drop_index("calls_due_idx", table_name="calls")
    op.drop_column("calls", "deadline_at")
