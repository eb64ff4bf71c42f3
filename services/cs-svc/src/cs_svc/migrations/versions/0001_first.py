"""The first schema: conversations, complaints, feedback, ratings, our copies of orders and cases, the event spine."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "complaints",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=True),
        sa.Column("buyer_id", sa.Text(), nullable=False),
        sa.Column("merchant_id", sa.Text(), nullable=False),
        sa.Column("opened_by", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("dispute_id", sa.Text(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("answer_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(state = 'resolved') = (outcome IS NOT NULL)", name="complaints_outcome_when_resolved"),
        sa.CheckConstraint("(state = 'resolved') = (resolved_at IS NOT NULL)", name="complaints_time_when_resolved"),
        sa.CheckConstraint(
            "category IN ('unfair_rejection', 'refund_delayed', 'refund_too_low', 'no_answer', 'service_attitude', 'quality', 'counterfeit', 'not_as_described', 'delivery', 'other')",
            name="complaints_category_check",
        ),
        sa.CheckConstraint("channel IN ('web', 'api', 'phone', 'message')", name="complaints_channel_check"),
        sa.CheckConstraint(
            "outcome IN ('verdict_executed', 'dispute_withdrawn', 'upheld', 'explained', 'unfounded', 'withdrawn')",
            name="complaints_outcome_check",
        ),
        sa.CheckConstraint("state <> 'escalated' OR dispute_id IS NOT NULL", name="complaints_dispute_when_escalated"),
        sa.CheckConstraint("state IN ('open', 'answered', 'escalated', 'resolved')", name="complaints_state_check"),
        sa.CheckConstraint("subject_id = coalesce(case_id, order_id)", name="complaints_subject_is_case_or_order"),
        sa.CheckConstraint("version > 0", name="complaints_version_check"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("complaints_buyer_idx", "complaints", ["buyer_id", "id"], unique=False)
    op.create_index("complaints_merchant_idx", "complaints", ["merchant_id", "id"], unique=False)
    op.create_index(
        "complaints_open_key",
        "complaints",
        ["subject_id", "channel"],
        unique=True,
        postgresql_where=sa.text("state != 'resolved'"),
    )
    op.create_index("complaints_order_idx", "complaints", ["order_id", "id"], unique=False)
    op.create_index("complaints_state_idx", "complaints", ["state", "id"], unique=False)
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
        "conversations",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=True),
        sa.Column("case_id", sa.Text(), nullable=True),
        sa.Column("buyer_id", sa.Text(), nullable=False),
        sa.Column("merchant_id", sa.Text(), nullable=True),
        sa.Column("agent_id", sa.Text(), nullable=True),
        sa.Column("message_count", sa.Integer(), nullable=False),
        sa.Column("whose_turn", sa.Text(), nullable=True),
        sa.Column("answer_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name="conversations_time_when_closed"),
        sa.CheckConstraint("state IN ('open', 'closed')", name="conversations_state_check"),
        sa.CheckConstraint("whose_turn IN ('service', 'buyer')", name="conversations_whose_turn_check"),
        sa.CheckConstraint("case_id IS NULL OR order_id IS NOT NULL", name="conversations_case_has_order"),
        sa.CheckConstraint("message_count > 0", name="conversations_message_count_check"),
        sa.CheckConstraint("version > 0", name="conversations_version_check"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("conversations_buyer_idx", "conversations", ["buyer_id", "id"], unique=False)
    op.create_index("conversations_case_idx", "conversations", ["case_id", "id"], unique=False)
    op.create_index("conversations_merchant_idx", "conversations", ["merchant_id", "id"], unique=False)
    op.create_index("conversations_order_idx", "conversations", ["order_id", "id"], unique=False)
    op.create_index("conversations_turn_idx", "conversations", ["whose_turn", "id"], unique=False)
    op.create_table(
        "feedback",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("sentiment", sa.Text(), nullable=True),
        sa.Column("order_id", sa.Text(), nullable=True),
        sa.Column("case_id", sa.Text(), nullable=True),
        sa.Column("buyer_id", sa.Text(), nullable=True),
        sa.Column("merchant_id", sa.Text(), nullable=True),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("improvement", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(state = 'improved') = (improvement IS NOT NULL)", name="feedback_improvement_when_improved"
        ),
        sa.CheckConstraint("(state = 'open') = (answer IS NULL)", name="feedback_answer_unless_open"),
        sa.CheckConstraint("channel IN ('web', 'wechat', 'qq', 'sms')", name="feedback_channel_check"),
        sa.CheckConstraint("sentiment IN ('positive', 'neutral', 'negative')", name="feedback_sentiment_check"),
        sa.CheckConstraint("state IN ('open', 'answered', 'improved')", name="feedback_state_check"),
        sa.CheckConstraint("version > 0", name="feedback_version_check"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("feedback_buyer_idx", "feedback", ["buyer_id", "id"], unique=False)
    op.create_index("feedback_merchant_idx", "feedback", ["merchant_id", "id"], unique=False)
    op.create_index("feedback_state_idx", "feedback", ["state", "id"], unique=False)
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
        "known_cases",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("buyer_id", sa.Text(), nullable=False),
        sa.Column("merchant_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("known_cases_buyer_idx", "known_cases", ["buyer_id", "id"], unique=False)
    op.create_table(
        "known_orders",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("buyer_id", sa.Text(), nullable=False),
        sa.Column("merchant_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("known_orders_buyer_idx", "known_orders", ["buyer_id", "id"], unique=False)
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
        "ratings",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("buyer_id", sa.Text(), nullable=False),
        sa.Column("merchant_id", sa.Text(), nullable=False),
        sa.Column("service", sa.SmallInteger(), nullable=False),
        sa.Column("helpfulness", sa.SmallInteger(), nullable=False),
        sa.Column("refund", sa.SmallInteger(), nullable=False),
        sa.Column("speed", sa.SmallInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("helpfulness BETWEEN 1 AND 5", name="ratings_helpfulness_check"),
        sa.CheckConstraint("refund BETWEEN 1 AND 5", name="ratings_refund_check"),
        sa.CheckConstraint("service BETWEEN 1 AND 5", name="ratings_service_check"),
        sa.CheckConstraint("speed BETWEEN 1 AND 5", name="ratings_speed_check"),
        sa.CheckConstraint("version > 0", name="ratings_version_check"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("case_id", name="ratings_case_id_key"),
    )
    op.create_index("ratings_buyer_idx", "ratings", ["buyer_id", "id"], unique=False)
    op.create_index("ratings_merchant_idx", "ratings", ["merchant_id", "id"], unique=False)
    op.create_table(
        "subject_state",
        sa.Column("consumer", sa.Text(), nullable=False),
        sa.Column("aggregateid", sa.Text(), nullable=False),
        sa.Column("last_sequence", sa.BigInteger(), nullable=False),
        sa.Column("blocked_since", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("consumer", "aggregateid"),
    )
    op.create_table(
        "complaint_answers",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("complaint_id", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["complaint_id"],
            ["complaints.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "complaint_answers_complaint_idx", "complaint_answers", ["complaint_id", "answered_at"], unique=False
    )
    op.create_table(
        "messages",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("conversation_id", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("author_role", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("event_id", sa.Uuid(), nullable=True),
        sa.Column("citations", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(author_role = 'system') = (event_id IS NOT NULL)", name="messages_system_has_event"),
        sa.CheckConstraint("author_role IN ('buyer', 'seller', 'agent', 'system')", name="messages_author_role_check"),
        sa.CheckConstraint("(text IS NULL) <> (code IS NULL)", name="messages_text_or_code"),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("messages_event_key", "messages", ["conversation_id", "event_id"], unique=True)
    op.create_index("messages_place_key", "messages", ["conversation_id", "place"], unique=True)
    op.create_table(
        "rating_revisions",
        sa.Column("rating_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("service", sa.SmallInteger(), nullable=False),
        sa.Column("helpfulness", sa.SmallInteger(), nullable=False),
        sa.Column("refund", sa.SmallInteger(), nullable=False),
        sa.Column("speed", sa.SmallInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("helpfulness BETWEEN 1 AND 5", name="rating_revisions_helpfulness_check"),
        sa.CheckConstraint("refund BETWEEN 1 AND 5", name="rating_revisions_refund_check"),
        sa.CheckConstraint("service BETWEEN 1 AND 5", name="rating_revisions_service_check"),
        sa.CheckConstraint("speed BETWEEN 1 AND 5", name="rating_revisions_speed_check"),
        sa.ForeignKeyConstraint(
            ["rating_id"],
            ["ratings.id"],
        ),
        sa.PrimaryKeyConstraint("rating_id", "version"),
    )


def downgrade() -> None:
    op.drop_table("rating_revisions")
    op.drop_index("messages_place_key", table_name="messages")
    op.drop_index("messages_event_key", table_name="messages")
    op.drop_table("messages")
    op.drop_index("complaint_answers_complaint_idx", table_name="complaint_answers")
    op.drop_table("complaint_answers")
    op.drop_table("subject_state")
    op.drop_index("ratings_merchant_idx", table_name="ratings")
    op.drop_index("ratings_buyer_idx", table_name="ratings")
    op.drop_table("ratings")
    op.drop_index("parked_event_aggregate_idx", table_name="parked_event")
    op.drop_table("parked_event")
    op.drop_table("parked_decision")
    op.drop_table("outbox_blocked")
    op.drop_index("outbox_bucket_idx", table_name="outbox")
    op.drop_table("outbox")
    op.drop_index("known_orders_buyer_idx", table_name="known_orders")
    op.drop_table("known_orders")
    op.drop_index("known_cases_buyer_idx", table_name="known_cases")
    op.drop_table("known_cases")
    op.drop_index("inbox_received_idx", table_name="inbox")
    op.drop_table("inbox")
    op.drop_index("idempotency_key_created_idx", table_name="idempotency_key")
    op.drop_table("idempotency_key")
    op.drop_index("feedback_state_idx", table_name="feedback")
    op.drop_index("feedback_merchant_idx", table_name="feedback")
    op.drop_index("feedback_buyer_idx", table_name="feedback")
    op.drop_table("feedback")
    op.drop_index("conversations_turn_idx", table_name="conversations")
    op.drop_index("conversations_order_idx", table_name="conversations")
    op.drop_index("conversations_merchant_idx", table_name="conversations")
    op.drop_index("conversations_case_idx", table_name="conversations")
    op.drop_index("conversations_buyer_idx", table_name="conversations")
    op.drop_table("conversations")
    op.drop_table("consumer_cursor")
    op.drop_index("complaints_state_idx", table_name="complaints")
    op.drop_index("complaints_order_idx", table_name="complaints")
    op.drop_index("complaints_open_key", table_name="complaints", postgresql_where=sa.text("state != 'resolved'"))
    op.drop_index("complaints_merchant_idx", table_name="complaints")
    op.drop_index("complaints_buyer_idx", table_name="complaints")
    op.drop_table("complaints")
