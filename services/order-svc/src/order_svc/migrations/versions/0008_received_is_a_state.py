"""A received order is in a state of its own, between delivered and completed.

Builds before this revision left it in the state `delivered` and cannot read the new one: they answer 503 for received orders
until they are replaced. An order that such a build receives meanwhile stays `delivered` until its timer fires.
"""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None
# The CHECK has another name, and every value that builds before write satisfies it.
compatible_with = "0001"

_STATES = "'created', 'paid', 'shipped', 'delivered', 'received', 'completed', 'cancelled'"
_STATES_BEFORE = "'created', 'paid', 'shipped', 'delivered', 'completed', 'cancelled'"


def upgrade() -> None:
    op.drop_constraint(op.f("orders_state_check"), "orders", type_="check")
    op.create_check_constraint(op.f("orders_state_check"), "orders", f"state IN ({_STATES})")
    op.execute("UPDATE orders SET state = 'received' WHERE state = 'delivered' AND received_at IS NOT NULL")


def downgrade() -> None:
    op.execute("UPDATE orders SET state = 'delivered' WHERE state = 'received'")
    op.drop_constraint(op.f("orders_state_check"), "orders", type_="check")
    op.create_check_constraint(op.f("orders_state_check"), "orders", f"state IN ({_STATES_BEFORE})")
