"""Deadlines keep which days of its country a merchant's calendar was counted on, where these have changed since."""

import sqlalchemy as sa
from aftercare_chassis.database import indexes
from alembic import op

revision = "0082"
down_revision = "0081"
branch_labels = None
depends_on = None
_COUNTED = sa.text("calendar_id IS NOT NULL AND ended_at IS NULL")


def upgrade() -> None:
    op.add_column("deadlines", sa.Column("country_version", sa.Integer()), if_not_exists=True)
    indexes.create(
        "deadlines_counted_in_idx",
        "deadlines",
        ["calendar_version", "calendar_id", sa.text("coalesce(country_version, 0)"), "id"],
        postgresql_where=_COUNTED,
    )
    op.drop_index("deadlines_counted_idx", "deadlines", if_exists=True)


def downgrade() -> None:
    op.create_index(
        "deadlines_counted_idx", "deadlines", ["calendar_version", "calendar_id", "id"], postgresql_where=_COUNTED
    )
    op.drop_index("deadlines_counted_in_idx", "deadlines")
    op.drop_column("deadlines", "country_version")
