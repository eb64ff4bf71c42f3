"""The first schema: orders, payments, parcels, couriers, our copy of cases, and the event spine."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "consumer_cursor",
        sa.Column("consumer", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("partition", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("next_offset", sa.BigInteger(), nullable=False),
        sa.Column("first_offset", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("consumer", "topic", "partition"),
    )
    op.create_table(
        "courier_endpoints",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("partner", sa.Text(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("previous_secret", sa.Text(), nullable=True),
        sa.Column("previous_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rotated_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "idempotency_key",
        sa.Column("scope", sa.Uuid(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.SmallInteger(), nullable=False),
        sa.Column("headers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("scope"),
    )
    op.create_index("idempotency_key_created_idx", "idempotency_key", ["created_at"], unique=False)
    op.create_table(
        "inbox",
        sa.Column("consumer", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("content", sa.BigInteger(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("consumer", "event_id"),
    )
    op.create_index("inbox_received_idx", "inbox", ["received_at"], unique=False)
    op.create_table(
        "orders",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("merchant_id", sa.Text(), nullable=False),
        sa.Column("buyer_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("after_sale_state", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("total_minor", sa.BigInteger(), nullable=False),
        sa.Column("shipping_fee_minor", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deadline_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("payment_id", sa.Text(), nullable=True),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("shipped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("window_ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancel_cause", sa.Text(), nullable=True),
        sa.CheckConstraint("(state = 'cancelled') = (cancel_cause IS NOT NULL)", name="orders_cancelled_check"),
        sa.CheckConstraint(
            "after_sale_state IN ('none', 'in_after_sale', 'after_sale_done', 'in_dispute')",
            name="orders_after_sale_state_check",
        ),
        sa.CheckConstraint(
            "cancel_cause IN ('buyer', 'seller', 'payment_timeout', 'refunded')", name="orders_cancel_cause_check"
        ),
        sa.CheckConstraint(
            "state IN ('created', 'paid', 'shipped', 'delivered', 'completed', 'cancelled')", name="orders_state_check"
        ),
        sa.CheckConstraint("state NOT IN ('completed', 'cancelled') OR deadline_at IS NULL", name="orders_final_check"),
        sa.CheckConstraint("(payment_id IS NULL) = (paid_at IS NULL)", name="orders_paid_check"),
        sa.CheckConstraint("shipping_fee_minor >= 0", name="orders_shipping_fee_minor_check"),
        sa.CheckConstraint("total_minor >= 0", name="orders_total_minor_check"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("orders_buyer_idx", "orders", ["buyer_id", "id"], unique=False)
    op.create_index(
        "orders_due_idx", "orders", ["deadline_at"], unique=False, postgresql_where="deadline_at IS NOT NULL"
    )
    op.create_index("orders_merchant_idx", "orders", ["merchant_id", "id"], unique=False)
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("aggregatetype", sa.Text(), nullable=False),
        sa.Column("aggregateid", sa.Text(), nullable=False),
        sa.Column("aggregate_version", sa.BigInteger(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("bucket", sa.SmallInteger(), nullable=False),
        sa.Column("headers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("aggregatetype", "aggregateid", "aggregate_version", name="outbox_sequence_key"),
        sa.UniqueConstraint("event_id"),
    )
    op.create_index("outbox_bucket_idx", "outbox", ["bucket", "id"], unique=False)
    # All that an outbox ever held is dead rows: they are cleaned by number, at full speed, and the file keeps its size.
    op.execute(
        """
        ALTER TABLE outbox SET (
            autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0,
            toast.autovacuum_vacuum_scale_factor = 0, toast.autovacuum_vacuum_threshold = 1000, vacuum_truncate = off
        )
        """
    )
    op.create_table(
        "outbox_blocked",
        sa.Column("aggregateid", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("blocked_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("aggregateid"),
    )
    op.create_table(
        "parked_decision",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("consumer", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("partition", sa.Integer(), nullable=False),
        sa.Column("log_offset", sa.BigInteger(), nullable=False),
        sa.Column("aggregateid", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("content", sa.BigInteger(), nullable=True),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "parked_event",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("consumer", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("partition", sa.Integer(), nullable=False),
        sa.Column("log_offset", sa.BigInteger(), nullable=False),
        sa.Column("aggregateid", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=True),
        sa.Column("content", sa.BigInteger(), nullable=True),
        sa.Column("headers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=True),
        sa.Column("trouble", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("parked_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("consumer", "topic", "partition", "log_offset", name="parked_event_place_key"),
    )
    op.create_index("parked_event_aggregate_idx", "parked_event", ["consumer", "aggregateid", "id"], unique=False)
    op.create_table(
        "payment_webhook",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("provider", "message_id", "content_hash", "verdict", name="payment_webhook_message_key"),
    )
    op.create_index("payment_webhook_received_idx", "payment_webhook", ["received_at"], unique=False)
    op.create_table(
        "provider_calls",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("verb", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("subject IN ('payment', 'refund')", name="provider_calls_subject_check"),
        sa.CheckConstraint("verb IN ('submit', 'query')", name="provider_calls_verb_check"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("provider_calls_due_idx", "provider_calls", ["due_at"], unique=False)
    op.create_table(
        "subject_state",
        sa.Column("consumer", sa.Text(), nullable=False),
        sa.Column("aggregateid", sa.Text(), nullable=False),
        sa.Column("last_sequence", sa.BigInteger(), nullable=False),
        sa.Column("blocked_since", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("consumer", "aggregateid"),
    )
    op.create_table(
        "addresses",
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("salt", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("province", sa.Text(), nullable=False),
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("district", sa.Text(), nullable=False),
        sa.Column("street", sa.Text(), nullable=False),
        sa.Column("postal_code", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["order_id"],
            ["orders.id"],
        ),
        sa.PrimaryKeyConstraint("order_id"),
    )
    op.create_table(
        "cases",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("case_type", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("refunding", sa.Boolean(), nullable=False),
        sa.Column("dispute_id", sa.Text(), nullable=True),
        sa.Column("dispute_state", sa.Text(), nullable=True),
        sa.CheckConstraint("dispute_state IN ('open', 'executed', 'withdrawn')", name="cases_dispute_state_check"),
        sa.CheckConstraint("state IN ('open', 'done', 'ended')", name="cases_state_check"),
        sa.ForeignKeyConstraint(
            ["order_id"],
            ["orders.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("cases_order_idx", "cases", ["order_id", "id"], unique=False)
    op.create_table(
        "courier_inbox",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("endpoint_id", sa.Text(), nullable=False),
        sa.Column("partner", sa.Text(), nullable=False),
        sa.Column("push_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column("reports", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("raw", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(
            "state IN ('received', 'waiting', 'applied', 'ignored', 'unmatched', 'unreadable', 'failed', 'refused')",
            name="courier_inbox_state_check",
        ),
        sa.ForeignKeyConstraint(
            ["endpoint_id"],
            ["courier_endpoints.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("endpoint_id", "push_id", name="courier_inbox_push_key"),
    )
    op.create_index(
        "courier_inbox_due_idx", "courier_inbox", ["due_at"], unique=False, postgresql_where="due_at IS NOT NULL"
    )
    op.create_index(
        "courier_inbox_finished_idx",
        "courier_inbox",
        ["finished_at"],
        unique=False,
        postgresql_where="finished_at IS NOT NULL",
    )
    op.create_index("courier_inbox_state_idx", "courier_inbox", ["state", "id"], unique=False)
    op.create_table(
        "order_lines",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("sku", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=True),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("unit_price_minor", sa.BigInteger(), nullable=False),
        sa.Column("discount_minor", sa.BigInteger(), nullable=False),
        sa.Column("paid_minor", sa.BigInteger(), nullable=False),
        sa.Column("shipped_quantity", sa.Integer(), nullable=False),
        sa.Column("withdrawn_quantity", sa.Integer(), nullable=False),
        sa.Column("after_sale_state", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "after_sale_state IN ('none', 'in_after_sale', 'after_sale_done', 'in_dispute')",
            name="order_lines_after_sale_state_check",
        ),
        sa.CheckConstraint("discount_minor >= 0", name="order_lines_discount_minor_check"),
        sa.CheckConstraint("paid_minor = unit_price_minor * quantity - discount_minor", name="order_lines_paid_check"),
        sa.CheckConstraint("paid_minor >= 0", name="order_lines_paid_minor_check"),
        sa.CheckConstraint("quantity >= 1", name="order_lines_quantity_check"),
        sa.CheckConstraint("shipped_quantity + withdrawn_quantity <= quantity", name="order_lines_shippable_check"),
        sa.CheckConstraint("shipped_quantity >= 0", name="order_lines_shipped_quantity_check"),
        sa.CheckConstraint("unit_price_minor >= 0", name="order_lines_unit_price_minor_check"),
        sa.CheckConstraint("withdrawn_quantity >= 0", name="order_lines_withdrawn_quantity_check"),
        sa.ForeignKeyConstraint(
            ["order_id"],
            ["orders.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("order_lines_order_idx", "order_lines", ["order_id", "position"], unique=False)
    op.create_table(
        "parcels",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=True),
        sa.Column("buyer_id", sa.Text(), nullable=False),
        sa.Column("merchant_id", sa.Text(), nullable=False),
        sa.Column("leg", sa.Text(), nullable=False),
        sa.Column("carrier", sa.Text(), nullable=False),
        sa.Column("waybill_no", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("terminal", sa.Boolean(), nullable=False),
        sa.Column("delivered_to", sa.Text(), nullable=True),
        sa.Column("status_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("leg IN ('outbound', 'return', 'exchange')", name="parcels_leg_check"),
        sa.CheckConstraint(
            "status IN ('pending', 'picked_up', 'in_transit', 'customs', 'out_for_delivery', 'ready_for_pickup', 'attempt_failed', 'delivered', 'exception', 'returning', 'returned', 'lost', 'cancelled', 'unknown')",
            name="parcels_status_check",
        ),
        sa.ForeignKeyConstraint(
            ["order_id"],
            ["orders.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint(
            "order_id",
            "leg",
            "carrier",
            "waybill_no",
            "case_id",
            name="parcels_waybill_key",
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_index("parcels_waybill_idx", "parcels", ["waybill_no", "carrier"], unique=False)
    op.create_table(
        "payments",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("buyer_id", sa.Text(), nullable=False),
        sa.Column("merchant_id", sa.Text(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("refunded_minor", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("provider_reference", sa.Text(), nullable=True),
        sa.Column("failure_code", sa.Text(), nullable=True),
        sa.CheckConstraint("state IN ('pending', 'succeeded', 'failed')", name="payments_state_check"),
        sa.CheckConstraint("amount_minor >= 0", name="payments_amount_minor_check"),
        sa.CheckConstraint("refunded_minor <= amount_minor", name="payments_refunded_check"),
        sa.CheckConstraint("refunded_minor >= 0", name="payments_refunded_minor_check"),
        sa.ForeignKeyConstraint(
            ["order_id"],
            ["orders.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("payments_live_key", "payments", ["order_id"], unique=True, postgresql_where="state = 'pending'")
    op.create_index("payments_order_idx", "payments", ["order_id", "id"], unique=False)
    op.create_table(
        "case_lines",
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("line_id", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("withdrawn_quantity", sa.Integer(), nullable=False),
        sa.CheckConstraint("quantity >= 0", name="case_lines_quantity_check"),
        sa.CheckConstraint("withdrawn_quantity >= 0", name="case_lines_withdrawn_quantity_check"),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["cases.id"],
        ),
        sa.ForeignKeyConstraint(
            ["line_id"],
            ["order_lines.id"],
        ),
        sa.PrimaryKeyConstraint("case_id", "line_id"),
    )
    op.create_index("case_lines_order_idx", "case_lines", ["order_id"], unique=False)
    op.create_table(
        "parcel_events",
        sa.Column("parcel_id", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("terminal", sa.Boolean(), nullable=False),
        sa.Column("delivered_to", sa.Text(), nullable=True),
        sa.Column("raw_code", sa.Text(), nullable=True),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "status IN ('pending', 'picked_up', 'in_transit', 'customs', 'out_for_delivery', 'ready_for_pickup', 'attempt_failed', 'delivered', 'exception', 'returning', 'returned', 'lost', 'cancelled', 'unknown')",
            name="parcel_events_status_check",
        ),
        sa.ForeignKeyConstraint(
            ["parcel_id"],
            ["parcels.id"],
        ),
        sa.PrimaryKeyConstraint("parcel_id", "key"),
    )
    op.create_table(
        "parcel_lines",
        sa.Column("parcel_id", sa.Text(), nullable=False),
        sa.Column("line_id", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.CheckConstraint("quantity >= 1", name="parcel_lines_quantity_check"),
        sa.ForeignKeyConstraint(
            ["line_id"],
            ["order_lines.id"],
        ),
        sa.ForeignKeyConstraint(
            ["parcel_id"],
            ["parcels.id"],
        ),
        sa.PrimaryKeyConstraint("parcel_id", "line_id"),
    )
    op.create_table(
        "refunds",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("payment_id", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("provider_reference", sa.Text(), nullable=True),
        sa.Column("failure_code", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state IN ('created', 'submitted', 'unknown', 'succeeded', 'failed')", name="refunds_state_check"
        ),
        sa.CheckConstraint("amount_minor >= 0", name="refunds_amount_minor_check"),
        sa.ForeignKeyConstraint(
            ["payment_id"],
            ["payments.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("refunds_case_idx", "refunds", ["case_id"], unique=False, postgresql_where="case_id IS NOT NULL")
    op.create_index("refunds_payment_idx", "refunds", ["payment_id", "id"], unique=False)


def downgrade() -> None:
    op.drop_table("refunds")
    op.drop_table("parcel_lines")
    op.drop_table("parcel_events")
    op.drop_table("case_lines")
    op.drop_table("payments")
    op.drop_table("parcels")
    op.drop_table("order_lines")
    op.drop_table("courier_inbox")
    op.drop_table("cases")
    op.drop_table("addresses")
    op.drop_table("subject_state")
    op.drop_table("provider_calls")
    op.drop_table("payment_webhook")
    op.drop_table("parked_event")
    op.drop_table("parked_decision")
    op.drop_table("outbox_blocked")
    op.drop_table("outbox")
    op.drop_table("orders")
    op.drop_table("inbox")
    op.drop_table("idempotency_key")
    op.drop_table("courier_endpoints")
    op.drop_table("consumer_cursor")
