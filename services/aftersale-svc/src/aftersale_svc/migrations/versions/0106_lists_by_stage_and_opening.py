"""Indexes for the lists of cases by stage, by category, and by when they were opened."""

from collections.abc import Mapping

import sqlalchemy as sa
from aftercare_chassis.database import indexes
from alembic import op

revision = "0106"
down_revision = "0105"
branch_labels = None
depends_on = None
_NEWEST = sa.text('id COLLATE "C"')
_INDEXES: Mapping[str, list[str | sa.TextClause]] = {
    "stage": ["stage", _NEWEST],
    "category": ["category", _NEWEST],
    "opened": ["created_at", "id"],
}


def upgrade() -> None:
    for name, columns in _INDEXES.items():
        indexes.create(f"cases_{name}_idx", "cases", columns)
        indexes.create(f"cases_merchant_{name}_idx", "cases", ["merchant_id", *columns])


def downgrade() -> None:
    for name in _INDEXES:
        op.drop_index(f"cases_merchant_{name}_idx", "cases")
        op.drop_index(f"cases_{name}_idx", "cases")
