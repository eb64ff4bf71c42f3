"""Open refund-only cases hold the units that have not been shipped; refunded units are counted per case line.

Until now units counted as withdrawn from the moment their refund was asked for; from here on they are held until it has
succeeded. Those whose refund is on its way stay withdrawn: the previous build, which may still run, knows no held ones.
For its sake the new columns have defaults, and no CHECK compares them with those that it writes.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_REFUNDED = """
UPDATE case_lines SET refunded_quantity = case_lines.quantity FROM cases
WHERE cases.id = case_lines.case_id AND (
    cases.state = 'done' OR cases.case_type = 'refund_only' AND EXISTS (
        SELECT FROM refunds WHERE refunds.case_id = cases.id AND refunds.state = 'succeeded'))
"""
_REFUNDING = """
UPDATE cases SET refunding = false
WHERE refunding AND NOT EXISTS (SELECT FROM refunds WHERE refunds.case_id = cases.id AND refunds.state <> 'failed')
"""
_REFUND_FAILED = """
UPDATE case_lines SET held_quantity = withdrawn_quantity, withdrawn_quantity = 0 FROM cases
WHERE cases.id = case_lines.case_id AND NOT cases.refunding AND withdrawn_quantity > 0 AND refunded_quantity = 0
"""
_COUNT_ON_LINES = """
UPDATE order_lines SET withdrawn_quantity = told.withdrawn, held_quantity = told.held
FROM (SELECT line_id, sum(withdrawn_quantity) AS withdrawn, sum(held_quantity) AS held
      FROM case_lines GROUP BY line_id) AS told
WHERE told.line_id = order_lines.id
  AND (order_lines.withdrawn_quantity, order_lines.held_quantity) IS DISTINCT FROM (told.withdrawn, told.held)
"""
# The oldest case takes first, as if each had been heard of now.
_HOLD_FOR_OPEN_CASES = """
UPDATE case_lines SET held_quantity = greatest(0, least(asked.quantity, asked.free - asked.before))
FROM (SELECT case_lines.case_id, case_lines.line_id, case_lines.quantity,
             order_lines.quantity - order_lines.shipped_quantity - order_lines.withdrawn_quantity
                 - order_lines.held_quantity AS free,
             sum(case_lines.quantity) OVER (PARTITION BY case_lines.line_id ORDER BY case_lines.case_id)
                 - case_lines.quantity AS before
      FROM case_lines
      JOIN cases ON cases.id = case_lines.case_id
      JOIN order_lines ON order_lines.id = case_lines.line_id
      JOIN orders ON orders.id = case_lines.order_id
      WHERE cases.state = 'open' AND cases.case_type = 'refund_only' AND orders.state <> 'cancelled'
        AND case_lines.held_quantity + case_lines.withdrawn_quantity + case_lines.refunded_quantity = 0) AS asked
WHERE case_lines.case_id = asked.case_id AND case_lines.line_id = asked.line_id
"""

_WITHDRAW_WHAT_IS_REFUNDED = """
UPDATE case_lines SET withdrawn_quantity = withdrawn_quantity + held_quantity, held_quantity = 0
FROM cases WHERE cases.id = case_lines.case_id AND cases.refunding
"""


def upgrade() -> None:
    for table, column in (
        ("order_lines", "held_quantity"),
        ("case_lines", "held_quantity"),
        ("case_lines", "refunded_quantity"),
    ):
        op.add_column(table, sa.Column(column, sa.Integer(), server_default="0", nullable=False))
        op.create_check_constraint(op.f(f"{table}_{column}_check"), table, f"{column} >= 0")
    op.create_index("parcels_order_idx", "parcels", ["order_id", "id"])
    for statement in (_REFUNDED, _REFUNDING, _REFUND_FAILED, _COUNT_ON_LINES, _HOLD_FOR_OPEN_CASES, _COUNT_ON_LINES):
        op.execute(statement)


def downgrade() -> None:
    op.execute(_WITHDRAW_WHAT_IS_REFUNDED)
    op.execute(_COUNT_ON_LINES)
    op.drop_index("parcels_order_idx", table_name="parcels")
    op.drop_column("case_lines", "refunded_quantity")
    op.drop_column("case_lines", "held_quantity")
    op.drop_column("order_lines", "held_quantity")
