"""Calendars have hours by weekday; open deadlines that are counted in a calendar are found, whether its days were known or not."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0067"
down_revision = "0066"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("calendars", sa.Column("windows", postgresql.JSONB()))
    op.drop_index("deadlines_provisional_idx", table_name="deadlines")
    op.create_index(
        "deadlines_counted_idx",
        "deadlines",
        ["calendar_version", "calendar_id", "id"],
        postgresql_where=sa.text("calendar_id IS NOT NULL AND ended_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_index("deadlines_counted_idx", table_name="deadlines")
    op.create_index(
        "deadlines_provisional_idx", "deadlines", ["id"], postgresql_where=sa.text("provisional AND ended_at IS NULL")
    )
    op.drop_column("calendars", "windows")
