"""What must find nothing in the database after any history, or no more than was paid."""

OVERDRAWN = """
SELECT l.line_id FROM order_lines l JOIN holds h ON h.line_id = l.line_id AND h.state <> 'released'
 GROUP BY l.line_id, l.quantity, l.paid_minor HAVING sum(h.units) > l.quantity OR sum(h.amount_minor) > l.paid_minor
"""
REFUNDED = "SELECT coalesce(sum({}), 0) FROM refunds WHERE state IN ('requested', 'succeeded')"
# A frozen case waits for its dispute, and an executing dispute for its case; everything else has a deadline.
WITHOUT_TURN = """
SELECT id, state, whose_turn FROM cases WHERE state NOT IN ('completed', 'closed', 'cancelled')
   AND (whose_turn = 'nobody' OR (deadline_at IS NULL) <> (state = 'disputed'))
UNION ALL
SELECT id, state, whose_turn FROM disputes WHERE state NOT IN ('executed', 'settled', 'withdrawn')
   AND (whose_turn = 'nobody' OR (deadline_at IS NULL) <> (state = 'executing'))
"""
# The ledger has exactly one open entry for each document that has not ended, with its turn and its end, and none for others.
LEDGER = """
WITH documents AS (
    SELECT id, state, whose_turn, deadline_at FROM cases UNION ALL SELECT id, state, whose_turn, deadline_at FROM disputes
    UNION ALL SELECT id, state, whose_turn, deadline_at FROM courier_claims
    UNION ALL SELECT id, state, whose_turn, deadline_at FROM guarantee_claims
    UNION ALL SELECT id, state, whose_turn, deadline_at FROM refused_goods_claims
)
SELECT d.id, d.state, d.whose_turn, count(l.id) FROM documents d
  LEFT JOIN deadlines l ON l.document_id = d.id AND l.ended_at IS NULL
 GROUP BY d.id, d.state, d.whose_turn, d.deadline_at
HAVING count(l.id) <> (d.whose_turn <> 'nobody')::int
    OR bool_or(l.turn <> d.whose_turn OR l.due_at IS DISTINCT FROM d.deadline_at)
"""
