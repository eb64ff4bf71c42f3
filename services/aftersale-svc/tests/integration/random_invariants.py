"""What holds at every moment of the random histories, as queries that find nothing."""

LINES_OVERDRAWN = """
SELECT l.line_id FROM order_lines l JOIN holds h ON h.line_id = l.line_id JOIN case_lines c ON c.case_id = h.case_id AND c.line_id = h.line_id
 GROUP BY l.line_id, l.quantity, l.paid_minor
HAVING sum(CASE h.state WHEN 'released' THEN c.returned_units ELSE h.units END) > l.quantity
    OR sum(CASE h.state WHEN 'released' THEN c.returned_minor ELSE greatest(h.amount_minor, c.returned_minor) END) > l.paid_minor
"""
UNEARNED = "coalesce((SELECT sum((u ->> 'amount_minor')::bigint) FROM jsonb_array_elements(r.unearned) u), 0)"
TOTAL = f"r.units_minor + r.freight_minor - r.restocking_minor - r.return_freight_minor - {UNEARNED}"
ORDERS_OVERDRAWN = f"""
SELECT o.id, sum(back.minor) FROM refunds r JOIN cases c ON c.id = r.case_id JOIN orders o ON o.id = c.order_id, LATERAL (
    SELECT CASE WHEN r.state <> 'failed' THEN {TOTAL} WHEN r.id = c.refund_id THEN r.given_back_minor + r.returned_minor ELSE 0 END AS minor
) back GROUP BY o.id, o.shipping_fee_minor
HAVING sum(back.minor) > o.shipping_fee_minor + (SELECT sum(l.paid_minor) FROM order_lines l WHERE l.order_id = o.id)
"""
# With what is back of cases that were closed after their refund had failed in part.
LINES_REFUNDED = """
WITH parts AS (
    SELECT p.line_id, p.kind, p.amount_minor FROM refund_parts p JOIN refunds r ON r.id = p.refund_id
     WHERE r.state IN ('requested', 'succeeded') AND p.effect = 'added'
    UNION ALL
    SELECT l.line_id, x.kind, x.minor FROM case_lines l JOIN cases c ON c.id = l.case_id JOIN refunds r ON r.id = c.refund_id AND r.state = 'failed',
        LATERAL (VALUES ('tax', l.returned_tax_minor), ('goods', l.returned_minor - l.returned_tax_minor)) x (kind, minor)
     WHERE c.state IN ('completed', 'closed', 'cancelled')
)
SELECT l.line_id, sum(p.amount_minor), l.paid_minor FROM parts p JOIN order_lines l ON l.line_id = p.line_id
 GROUP BY l.line_id, l.paid_minor, l.tax_minor
HAVING sum(p.amount_minor) > l.paid_minor OR sum(p.amount_minor) FILTER (WHERE p.kind = 'tax') > l.tax_minor
"""
PARTS = f"""
SELECT r.id, {TOTAL} AS total, x.sum FROM refunds r, LATERAL (
    SELECT coalesce(sum(CASE p.effect WHEN 'added' THEN p.amount_minor WHEN 'deducted' THEN -p.amount_minor ELSE 0 END), 0) AS sum
      FROM refund_parts p WHERE p.refund_id = r.id
) x WHERE x.sum <> {TOTAL} OR {TOTAL} < 0
"""
# A frozen case waits for its dispute, and an executing dispute for its case; everything else has a deadline.
WITHOUT_TURN = """
SELECT id, state, whose_turn FROM cases WHERE state NOT IN ('completed', 'closed', 'cancelled')
   AND (whose_turn = 'nobody' OR (deadline_at IS NULL) <> (state = 'disputed'))
UNION ALL
SELECT id, state, whose_turn FROM disputes WHERE state NOT IN ('executed', 'settled', 'withdrawn')
   AND (whose_turn = 'nobody' OR (deadline_at IS NULL) <> (state = 'executing'))
"""
DOCUMENTS = """
SELECT 'cases' AS kind, id, id AS case_id, type, state, whose_turn, deadline_at FROM cases
UNION ALL SELECT 'disputes', id, case_id, NULL, state, whose_turn, deadline_at FROM disputes
UNION ALL SELECT 'courier-claims', id, case_id, NULL, state, whose_turn, deadline_at FROM courier_claims
UNION ALL SELECT 'guarantee-claims', id, case_id, NULL, state, whose_turn, deadline_at FROM guarantee_claims
UNION ALL SELECT 'refused-goods-claims', id, case_id, NULL, state, whose_turn, deadline_at FROM refused_goods_claims
"""
# While a verdict is paid, its dispute waits for whoever has to act in the case.
OTHER_TURN = """
SELECT d.id, d.whose_turn, c.state, c.whose_turn FROM disputes d JOIN cases c ON c.id = d.case_id AND c.dispute_id = d.id
 WHERE d.state = 'executing' AND d.whose_turn <> c.whose_turn
"""
# The ledger has exactly one open entry for each document that has not ended, with its turn and its end, and none for others.
LEDGER = f"""
WITH documents AS ({DOCUMENTS})
SELECT d.kind, d.id, d.state, d.whose_turn, count(l.id) FROM documents d
  LEFT JOIN deadlines l ON l.document_id = d.id AND l.ended_at IS NULL
 GROUP BY d.kind, d.id, d.state, d.whose_turn, d.deadline_at
HAVING count(l.id) <> (d.whose_turn <> 'nobody')::int
    OR bool_or(l.turn <> d.whose_turn OR l.due_at IS DISTINCT FROM d.deadline_at)
"""
STEPS_OUT_OF_ORDER = """
SELECT id, at, before FROM (
    SELECT id, at, lag(at) OVER (PARTITION BY case_id ORDER BY id) AS before FROM case_timeline
    UNION ALL SELECT id, at, lag(at) OVER (PARTITION BY claim_id ORDER BY id) FROM claim_steps
) steps WHERE at < before
"""
# What belongs to a document that has ended is over as well.
LEFT_OPEN = """
WITH ended AS (SELECT id FROM cases WHERE state IN ('completed', 'closed', 'cancelled')),
     decided AS (SELECT id FROM disputes WHERE state IN ('executed', 'settled', 'withdrawn'))
SELECT 'offer' AS what, case_id AS id FROM offers JOIN ended ON id = case_id WHERE state = 'open'
UNION ALL SELECT 'pickup', case_id FROM pickups JOIN ended ON id = case_id WHERE state = 'booked'
UNION ALL SELECT 'refund', case_id FROM refunds JOIN ended e ON e.id = case_id WHERE state = 'requested'
UNION ALL SELECT 'hold of money', case_id FROM money_holds JOIN ended ON id = case_id WHERE released_at IS NULL AND claimed_at IS NULL
UNION ALL SELECT 'hold of units', case_id FROM holds JOIN ended ON id = case_id WHERE state = 'held'
UNION ALL SELECT 'proposal', dispute_id FROM settlement_proposals JOIN decided d ON d.id = dispute_id WHERE state = 'open'
UNION ALL SELECT 'test', dispute_id FROM lab_tests JOIN decided d ON d.id = dispute_id WHERE ended_at IS NULL
"""
# Of cases whose goods a courier has delivered last.
NOT_RECEIVED = """
SELECT c.id, c.type, c.state, c.close_cause FROM cases c JOIN returns r ON r.case_id = c.id
 WHERE c.id = ANY($1) AND r.delivered_at IS NULL
"""
ALWAYS = (LINES_OVERDRAWN, ORDERS_OVERDRAWN, LINES_REFUNDED, PARTS, WITHOUT_TURN, OTHER_TURN, LEDGER)
