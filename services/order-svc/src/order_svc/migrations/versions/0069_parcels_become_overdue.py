"""Each parcel has its own time to arrive; those that are on their way get that of their order."""

import sqlalchemy as sa
from alembic import op

revision = "0069"
down_revision = "0068"
branch_labels = None
depends_on = None
# Earlier builds would take the mark of an order away with its next parcel, and mark it by a time that no parcel has.
compatible_with = "0069"

_TIMES = ("deliver_by_at", "delivery_overdue_at")


def upgrade() -> None:
    for name in _TIMES:
        op.add_column("parcels", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.execute("""
        UPDATE parcels SET deliver_by_at = orders.deliver_by_at, delivery_overdue_at = orders.delivery_overdue_at
        FROM orders
        WHERE orders.id = parcels.order_id AND orders.state = 'shipped' AND parcels.leg = 'outbound' AND NOT parcels.terminal
    """)


def downgrade() -> None:
    for name in reversed(_TIMES):
        op.drop_column("parcels", name)
