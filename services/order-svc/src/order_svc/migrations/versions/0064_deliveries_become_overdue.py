"""Deliveries become overdue, and people record what has become of a parcel."""

import sqlalchemy as sa
from alembic import op

revision = "0064"
down_revision = "0063"
branch_labels = None
depends_on = None
# Earlier builds would take the end of the couriers' time for one of the merchant's.
compatible_with = "0064"

_TIMES = ("deliver_by_at", "delivery_overdue_at")


def upgrade() -> None:
    for name in _TIMES:
        op.add_column("orders", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.add_column("parcel_events", sa.Column("evidence", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("parcel_events", "evidence")
    for name in reversed(_TIMES):
        op.drop_column("orders", name)
