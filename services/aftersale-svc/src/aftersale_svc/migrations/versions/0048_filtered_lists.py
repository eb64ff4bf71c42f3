"""Indexes for the lists of cases by one filter."""

import sqlalchemy as sa
from aftercare_chassis.database import indexes
from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None
_FILTERS = ("state", "reason", "type")


def upgrade() -> None:
    newest = sa.text('id COLLATE "C"')
    for column in _FILTERS:
        indexes.create(f"cases_{column}_idx", "cases", [column, newest])
        indexes.create(f"cases_merchant_{column}_idx", "cases", ["merchant_id", column, newest])


def downgrade() -> None:
    for column in _FILTERS:
        op.drop_index(f"cases_merchant_{column}_idx", "cases")
        op.drop_index(f"cases_{column}_idx", "cases")
