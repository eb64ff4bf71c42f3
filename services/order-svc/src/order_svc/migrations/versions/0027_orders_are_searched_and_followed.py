"""Orders have the shop's own number, keys by which they are found, and the steps that they took."""

import sqlalchemy as sa
from aftercare_chassis.database import indexes
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0027"
down_revision = "0026"
# Earlier builds do not write the number that is unique.
compatible_with = "0026"
branch_labels = None
depends_on = None

_FILTERS = ("state", "after_sale_state")
# In batches, each committed by itself: one transaction over a large table would hold back the removal of old rows.
_BATCH = 20_000
_ORDERS_AFTER = sa.text(
    "SELECT max(id) FROM (SELECT id FROM orders WHERE id > :after ORDER BY id LIMIT :batch) AS next"
)
_KEYS = """
INSERT INTO order_keys (key, order_id, merchant_id)
SELECT key || ':' || lower(value), order_id, merchant_id FROM (
    SELECT 'buyer' AS key, buyer_id AS value, id AS order_id, merchant_id FROM orders WHERE id > :after AND id <= :last
    UNION
    SELECT 'sku', l.sku, o.id, o.merchant_id FROM orders o JOIN order_lines l ON l.order_id = o.id
    WHERE o.id > :after AND o.id <= :last
    UNION
    SELECT 'category', l.category, o.id, o.merchant_id FROM orders o JOIN order_lines l ON l.order_id = o.id
    WHERE o.id > :after AND o.id <= :last AND l.category IS NOT NULL
    UNION
    SELECT unnest(ARRAY['waybill_no', 'carrier']), unnest(ARRAY[p.waybill_no, p.carrier]), o.id, o.merchant_id
    FROM orders o JOIN parcels p ON p.order_id = o.id WHERE o.id > :after AND o.id <= :last
    UNION
    SELECT 'payment_provider', p.provider, o.id, o.merchant_id FROM orders o JOIN payments p ON p.order_id = o.id
    WHERE o.id > :after AND o.id <= :last AND p.state = 'succeeded'
) AS found
ON CONFLICT DO NOTHING
"""
# Of orders from before there are only the times: their steps are those, taken by the party that usually takes them.
_STEPS = """
INSERT INTO order_steps
    (id, order_id, buyer_id, merchant_id, at, event, subject, actor_id, actor_role, result, details)
SELECT 'step_' || lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || place
           || substr(md5(o.id || event), 1, 19),
       o.id, buyer_id, merchant_id, at, event, o.id, 'system', 'system', result, '{}'::jsonb
FROM orders o CROSS JOIN LATERAL (VALUES
    ('1', 'OrderCreated', o.created_at, 'created'),
    ('2', 'OrderPaid', o.paid_at, 'paid'),
    ('3', 'OrderShipped', o.shipped_at, 'shipped'),
    ('4', 'OrderDelivered', o.delivered_at, 'delivered'),
    ('5', 'OrderReceiptConfirmed', o.received_at, 'received'),
    ('6', 'OrderCompleted', o.completed_at, 'completed'),
    ('7', 'OrderCancelled', o.cancelled_at, 'cancelled')
) AS step (place, event, at, result)
WHERE o.id > :after AND o.id <= :last AND at IS NOT NULL
ON CONFLICT DO NOTHING
"""


def upgrade() -> None:
    op.add_column("orders", sa.Column("order_no", sa.Text(), nullable=True), if_not_exists=True)
    op.create_table(
        "order_keys",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("merchant_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"], name=op.f("order_keys_order_id_fkey")),
        sa.PrimaryKeyConstraint("key", "order_id", name=op.f("order_keys_pkey")),
        if_not_exists=True,
    )
    op.create_index("order_keys_merchant_idx", "order_keys", ["merchant_id", "key", "order_id"], if_not_exists=True)
    op.create_table(
        "order_steps",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column(
            "written_in",
            sa.BigInteger(),
            server_default=sa.text("(pg_current_xact_id()::text::bigint)"),
            nullable=False,
        ),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("buyer_id", sa.Text(), nullable=False),
        sa.Column("merchant_id", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Text(), nullable=False),
        sa.Column("actor_role", sa.Text(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("details", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("order_steps_pkey")),
        if_not_exists=True,
    )
    op.create_index("order_steps_order_idx", "order_steps", ["order_id", "id"], if_not_exists=True)
    op.create_index("order_steps_merchant_idx", "order_steps", ["merchant_id", "written_in", "id"], if_not_exists=True)
    newest = sa.text('id COLLATE "C"')
    for column in _FILTERS:
        indexes.create(f"orders_{column}_idx", "orders", [column, newest])
        indexes.create(f"orders_merchant_{column}_idx", "orders", ["merchant_id", column, newest])
    indexes.create("orders_created_idx", "orders", ["merchant_id", "created_at", "id"])
    indexes.create("orders_amount_idx", "orders", ["merchant_id", "currency", "total_minor", "id"])
    indexes.create(
        "orders_deadline_idx",
        "orders",
        ["merchant_id", "deadline_at", "id"],
        postgresql_where=sa.text("deadline_at IS NOT NULL"),
    )
    indexes.create(
        "orders_order_no_key",
        "orders",
        ["merchant_id", "order_no"],
        unique=True,
        postgresql_where=sa.text("order_no IS NOT NULL"),
    )
    _fill()


def _fill() -> None:
    """Write the keys and steps of the orders that exist; repeating it changes nothing."""
    with op.get_context().autocommit_block():
        connection, after = op.get_bind(), ""
        while last := connection.scalar(_ORDERS_AFTER, {"after": after, "batch": _BATCH}):
            for statement in (_KEYS, _STEPS):
                connection.execute(sa.text(statement), {"after": after, "last": last})
            after = last


def downgrade() -> None:
    for name in ("orders_order_no_key", "orders_deadline_idx", "orders_amount_idx", "orders_created_idx"):
        op.drop_index(name, "orders")
    for column in _FILTERS:
        op.drop_index(f"orders_merchant_{column}_idx", "orders")
        op.drop_index(f"orders_{column}_idx", "orders")
    op.drop_table("order_steps")
    op.drop_table("order_keys")
    op.drop_column("orders", "order_no")
