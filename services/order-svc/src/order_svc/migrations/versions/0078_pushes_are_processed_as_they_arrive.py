"""Pushes that are due at the same time are processed in the order in which they arrived."""

import sqlalchemy as sa
from aftercare_chassis.database import indexes
from alembic import op

revision = "0078"
down_revision = "0077"
branch_labels = None
depends_on = None

_DUE = sa.text("due_at IS NOT NULL")


def upgrade() -> None:
    indexes.create("partner_inbox_next_idx", "partner_inbox", ["source", "due_at", "id"], postgresql_where=_DUE)
    op.drop_index("partner_inbox_due_idx", "partner_inbox", if_exists=True)


def downgrade() -> None:
    op.create_index("partner_inbox_due_idx", "partner_inbox", ["source", "due_at"], postgresql_where=_DUE)
    op.drop_index("partner_inbox_next_idx", "partner_inbox")
