"""The first schema: orders as told, cases with lines and timeline, disputes, and the event spine."""

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
        sa.Column("buyer_id", sa.Text(), nullable=False),
        sa.Column("merchant_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("shipping_fee_minor", sa.BigInteger(), nullable=False),
        sa.Column("payment_id", sa.Text(), nullable=True),
        sa.Column("window_ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('created', 'cancelled') OR payment_id IS NOT NULL", name=op.f("orders_paid_check")
        ),
        sa.CheckConstraint(
            "state IN ('created', 'paid', 'shipped', 'delivered', 'completed', 'cancelled')",
            name=op.f("orders_state_check"),
        ),
        sa.CheckConstraint("shipping_fee_minor >= 0", name=op.f("orders_shipping_fee_minor_check")),
        sa.PrimaryKeyConstraint("id"),
    )
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
        "subject_state",
        sa.Column("consumer", sa.Text(), nullable=False),
        sa.Column("aggregateid", sa.Text(), nullable=False),
        sa.Column("last_sequence", sa.BigInteger(), nullable=False),
        sa.Column("blocked_since", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("consumer", "aggregateid"),
    )
    op.create_table(
        "cases",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("payment_id", sa.Text(), nullable=False),
        sa.Column("buyer_id", sa.Text(), nullable=False),
        sa.Column("merchant_id", sa.Text(), nullable=False),
        sa.Column("applicant_id", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("whose_turn", sa.Text(), nullable=False),
        sa.Column("deadline_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("frozen_state", sa.Text(), nullable=True),
        sa.Column("dispute_id", sa.Text(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("requested_minor", sa.BigInteger(), nullable=False),
        sa.Column("shipping_refund_minor", sa.BigInteger(), nullable=False),
        sa.Column("refund_id", sa.Text(), nullable=True),
        sa.Column("refund_minor", sa.BigInteger(), nullable=False),
        sa.Column("refund_cause", sa.Text(), nullable=True),
        sa.Column("refunded_minor", sa.BigInteger(), nullable=False),
        sa.Column("reject_reason", sa.Text(), nullable=True),
        sa.Column("close_cause", sa.Text(), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("evidence", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("return_address", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("return_carrier", sa.Text(), nullable=True),
        sa.Column("return_waybill_no", sa.Text(), nullable=True),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(state = 'disputed') = (frozen_state IS NOT NULL)", name=op.f("cases_frozen_check")),
        sa.CheckConstraint(
            "(state IN ('completed', 'closed', 'cancelled')) = (whose_turn = 'nobody')", name=op.f("cases_turn_check")
        ),
        sa.CheckConstraint(
            "(whose_turn IN ('nobody', 'platform')) = (deadline_at IS NULL)", name=op.f("cases_deadline_check")
        ),
        sa.CheckConstraint(
            "close_cause IN ('buyer_late', 'rejected', 'rejection_accepted', 'verdict')",
            name=op.f("cases_close_cause_check"),
        ),
        sa.CheckConstraint(
            "frozen_state IN ('pending_review', 'manual_review', 'await_buyer_shipment', 'return_in_transit', 'await_inspection', 'rejected', 'refunding', 'disputed', 'completed', 'closed', 'cancelled')",
            name=op.f("cases_frozen_state_check"),
        ),
        sa.CheckConstraint(
            "reason IN ('changed_mind', 'wrong_size_or_model', 'ordered_by_mistake', 'price_dropped', 'not_as_described', 'quality_defect', 'dead_on_arrival', 'wrong_item', 'missing_parts', 'short_quantity', 'counterfeit', 'expired_or_near_expiry', 'no_licence_info', 'not_shipped_in_time', 'no_tracking', 'lost_in_transit', 'damaged_in_transit', 'empty_package', 'delivered_not_received', 'refused_at_door', 'warranty_repair', 'recall', 'safety_incident', 'service_attitude', 'invoice_problem')",
            name=op.f("cases_reason_check"),
        ),
        sa.CheckConstraint(
            "refund_cause IN ('approval', 'inspection', 'verdict', 'timeout')", name=op.f("cases_refund_cause_check")
        ),
        sa.CheckConstraint(
            "reject_reason IN ('outside_window', 'final_sale_category', 'used_or_affects_resale', 'wrong_waybill', 'not_our_item', 'empty_return', 'parts_missing', 'no_defect_found', 'reason_untrue', 'package_in_transit', 'agreed_cancel')",
            name=op.f("cases_reject_reason_check"),
        ),
        sa.CheckConstraint("stage IN ('pre_ship', 'in_transit', 'post_receipt')", name=op.f("cases_stage_check")),
        sa.CheckConstraint("state <> 'closed' OR close_cause IS NOT NULL", name=op.f("cases_closed_check")),
        sa.CheckConstraint("state <> 'refunding' OR refund_id IS NOT NULL", name=op.f("cases_refunding_check")),
        sa.CheckConstraint("state <> 'rejected' OR reject_reason IS NOT NULL", name=op.f("cases_rejected_check")),
        sa.CheckConstraint(
            "state IN ('pending_review', 'manual_review', 'await_buyer_shipment', 'return_in_transit', 'await_inspection', 'rejected', 'refunding', 'disputed', 'completed', 'closed', 'cancelled')",
            name=op.f("cases_state_check"),
        ),
        sa.CheckConstraint("type IN ('return_refund', 'refund_only')", name=op.f("cases_type_check")),
        sa.CheckConstraint("refund_minor <= requested_minor + shipping_refund_minor", name=op.f("cases_refund_check")),
        sa.CheckConstraint("refund_minor >= 0", name=op.f("cases_refund_minor_check")),
        sa.CheckConstraint(
            "refunded_minor <= requested_minor + shipping_refund_minor", name=op.f("cases_refunded_check")
        ),
        sa.CheckConstraint("refunded_minor >= 0", name=op.f("cases_refunded_minor_check")),
        sa.CheckConstraint("requested_minor >= 0", name=op.f("cases_requested_minor_check")),
        sa.CheckConstraint("shipping_refund_minor >= 0", name=op.f("cases_shipping_refund_minor_check")),
        sa.ForeignKeyConstraint(
            ["order_id"],
            ["orders.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("cases_buyer_idx", "cases", ["buyer_id", "id"], unique=False)
    op.create_index(
        "cases_due_idx", "cases", ["deadline_at"], unique=False, postgresql_where=sa.text("deadline_at IS NOT NULL")
    )
    op.create_index("cases_merchant_idx", "cases", ["merchant_id", "id"], unique=False)
    op.create_index("cases_order_idx", "cases", ["order_id", "id"], unique=False)
    op.create_index("cases_turn_idx", "cases", ["whose_turn", "id"], unique=False)
    op.create_index(
        "cases_waybill_idx",
        "cases",
        ["return_waybill_no"],
        unique=False,
        postgresql_where=sa.text("return_waybill_no IS NOT NULL"),
    )
    op.create_table(
        "order_lines",
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("line_id", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("sku", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("paid_minor", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("paid_minor >= 0", name=op.f("order_lines_paid_minor_check")),
        sa.CheckConstraint("quantity >= 1", name=op.f("order_lines_quantity_check")),
        sa.ForeignKeyConstraint(
            ["order_id"],
            ["orders.id"],
        ),
        sa.PrimaryKeyConstraint("order_id", "line_id"),
    )
    op.create_table(
        "case_lines",
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("line_id", sa.Text(), nullable=False),
        sa.Column("sku", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("line_units", sa.Integer(), nullable=False),
        sa.Column("line_paid_minor", sa.BigInteger(), nullable=False),
        sa.Column("units_before", sa.Integer(), nullable=False),
        sa.Column("accepted", sa.Integer(), nullable=True),
        sa.Column("accepted_minor", sa.BigInteger(), nullable=True),
        sa.Column("grade", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "accepted <= quantity AND accepted_minor <= amount_minor", name=op.f("case_lines_judged_check")
        ),
        sa.CheckConstraint("accepted >= 0", name=op.f("case_lines_accepted_check")),
        sa.CheckConstraint("accepted_minor >= 0", name=op.f("case_lines_accepted_minor_check")),
        sa.CheckConstraint("amount_minor <= line_paid_minor", name=op.f("case_lines_amount_check")),
        sa.CheckConstraint("amount_minor >= 0", name=op.f("case_lines_amount_minor_check")),
        sa.CheckConstraint("line_paid_minor >= 0", name=op.f("case_lines_line_paid_minor_check")),
        sa.CheckConstraint("line_units >= 1", name=op.f("case_lines_line_units_check")),
        sa.CheckConstraint("quantity >= 1", name=op.f("case_lines_quantity_check")),
        sa.CheckConstraint("units_before + quantity <= line_units", name=op.f("case_lines_units_check")),
        sa.CheckConstraint("units_before >= 0", name=op.f("case_lines_units_before_check")),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["cases.id"],
        ),
        sa.PrimaryKeyConstraint("case_id", "line_id"),
    )
    op.create_index("case_lines_line_idx", "case_lines", ["line_id"], unique=False)
    op.create_table(
        "case_timeline",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("dispute_id", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Text(), nullable=False),
        sa.Column("actor_role", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("evidence", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["cases.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("case_timeline_case_idx", "case_timeline", ["case_id", "id"], unique=False)
    op.create_table(
        "disputes",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("complaint_id", sa.Text(), nullable=False),
        sa.Column("buyer_id", sa.Text(), nullable=False),
        sa.Column("merchant_id", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("whose_turn", sa.Text(), nullable=False),
        sa.Column("deadline_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("evidence", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("liable", sa.Text(), nullable=True),
        sa.Column("remedy", sa.Text(), nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("grounds", sa.Text(), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refunded_minor", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(state = 'executed') = (refunded_minor IS NOT NULL)", name=op.f("disputes_executed_check")),
        sa.CheckConstraint(
            "(state IN ('executing', 'executed')) = (decided_at IS NOT NULL AND remedy IS NOT NULL AND grounds IS NOT NULL)",
            name=op.f("disputes_decided_check"),
        ),
        sa.CheckConstraint(
            "liable IN ('seller', 'buyer', 'courier', 'platform', 'nobody')", name=op.f("disputes_liable_check")
        ),
        sa.CheckConstraint("remedy IN ('refund', 'none', 'resume')", name=op.f("disputes_remedy_check")),
        sa.CheckConstraint(
            "state IN ('await_merchant_answer', 'platform_review', 'executing', 'executed', 'withdrawn')",
            name=op.f("disputes_state_check"),
        ),
        sa.CheckConstraint("amount_minor >= 0", name=op.f("disputes_amount_minor_check")),
        sa.CheckConstraint("refunded_minor <= amount_minor", name=op.f("disputes_refunded_check")),
        sa.CheckConstraint("refunded_minor >= 0", name=op.f("disputes_refunded_minor_check")),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["cases.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("complaint_id"),
    )
    op.create_index("disputes_case_idx", "disputes", ["case_id", "id"], unique=False)
    op.create_index(
        "disputes_due_idx",
        "disputes",
        ["deadline_at"],
        unique=False,
        postgresql_where=sa.text("deadline_at IS NOT NULL"),
    )
    op.create_index("disputes_merchant_idx", "disputes", ["merchant_id", "id"], unique=False)
    op.create_index(
        "disputes_open_key",
        "disputes",
        ["case_id"],
        unique=True,
        postgresql_where=sa.text("state NOT IN ('executed', 'withdrawn')"),
    )


def downgrade() -> None:
    op.drop_index(
        "disputes_open_key", table_name="disputes", postgresql_where=sa.text("state NOT IN ('executed', 'withdrawn')")
    )
    op.drop_index("disputes_merchant_idx", table_name="disputes")
    op.drop_index("disputes_due_idx", table_name="disputes", postgresql_where=sa.text("deadline_at IS NOT NULL"))
    op.drop_index("disputes_case_idx", table_name="disputes")
    op.drop_table("disputes")
    op.drop_index("case_timeline_case_idx", table_name="case_timeline")
    op.drop_table("case_timeline")
    op.drop_index("case_lines_line_idx", table_name="case_lines")
    op.drop_table("case_lines")
    op.drop_table("order_lines")
    op.drop_index("cases_waybill_idx", table_name="cases", postgresql_where=sa.text("return_waybill_no IS NOT NULL"))
    op.drop_index("cases_turn_idx", table_name="cases")
    op.drop_index("cases_order_idx", table_name="cases")
    op.drop_index("cases_merchant_idx", table_name="cases")
    op.drop_index("cases_due_idx", table_name="cases", postgresql_where=sa.text("deadline_at IS NOT NULL"))
    op.drop_index("cases_buyer_idx", table_name="cases")
    op.drop_table("cases")
    op.drop_table("subject_state")
    op.drop_index("parked_event_aggregate_idx", table_name="parked_event")
    op.drop_table("parked_event")
    op.drop_table("parked_decision")
    op.drop_table("outbox_blocked")
    op.drop_index("outbox_bucket_idx", table_name="outbox")
    op.drop_table("outbox")
    op.drop_table("orders")
    op.drop_index("inbox_received_idx", table_name="inbox")
    op.drop_table("inbox")
    op.drop_index("idempotency_key_created_idx", table_name="idempotency_key")
    op.drop_table("idempotency_key")
    op.drop_table("consumer_cursor")
