"""Buyers object to deliveries of refused goods that their courier reports."""

import sqlalchemy as sa
from aftercare_chassis.database.codes import allow_codes, forbid_codes
from alembic import op

revision = "0116"
down_revision = "0115"
branch_labels = None
depends_on = None
# Earlier builds cannot read claims that wait for the buyer's confirmation.
compatible_with = "0116"

TABLE = "refused_goods_claims"


def upgrade() -> None:
    allow_codes(TABLE, "state", "await_confirmation")
    op.add_column(TABLE, sa.Column("contested_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column(TABLE, "contested_at")
    forbid_codes(TABLE, "state", "await_confirmation", instead="in_transit")
