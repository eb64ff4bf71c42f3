"""Cases end with a cancelled order or by an agent, know what has been shipped, and remember whom a verdict found liable."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

CAUSES = "'buyer_late', 'rejected', 'rejection_accepted', 'verdict'"


def upgrade() -> None:
    op.add_column("order_lines", sa.Column("shipped_quantity", sa.Integer(), server_default="0", nullable=False))
    op.create_check_constraint(op.f("order_lines_shipped_quantity_check"), "order_lines", "shipped_quantity >= 0")
    # Of an order under way the copy does not know which parcels have left: order-svc refuses what its own books refuse.
    op.execute(
        """
        UPDATE order_lines SET shipped_quantity = quantity FROM orders
        WHERE orders.id = order_lines.order_id AND orders.state IN ('delivered', 'completed')
        """
    )
    op.add_column("cases", sa.Column("liable", sa.Text(), nullable=True))
    op.create_check_constraint(
        op.f("cases_liable_check"), "cases", "liable IN ('seller', 'buyer', 'courier', 'platform', 'nobody')"
    )
    op.execute("UPDATE cases SET liable = disputes.liable FROM disputes WHERE disputes.id = cases.dispute_id")
    _close_causes(f"{CAUSES}, 'closed_by_agent', 'order_cancelled'")


def downgrade() -> None:
    op.execute("UPDATE cases SET close_cause = 'verdict' WHERE close_cause IN ('closed_by_agent', 'order_cancelled')")
    _close_causes(CAUSES)
    op.drop_column("cases", "liable")
    op.drop_column("order_lines", "shipped_quantity")


def _close_causes(allowed: str) -> None:
    op.drop_constraint(op.f("cases_close_cause_check"), "cases", type_="check")
    op.create_check_constraint(op.f("cases_close_cause_check"), "cases", f"close_cause IN ({allowed})")
