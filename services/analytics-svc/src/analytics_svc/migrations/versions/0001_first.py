"""The first schema: the trace, the facts the figures are made of, and the event spine."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# What was recorded stays as it was: not even the service's own role can change or remove it by mistake.
APPEND_ONLY = """
CREATE FUNCTION trace_events_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'trace_events is append-only';
END
$$
"""


def upgrade() -> None:
    op.create_table(
        "case_facts",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("case_facts_requested_idx", "case_facts", ["requested_at"], unique=False)
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
        "dispute_facts",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("liable", sa.Text(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("dispute_facts_opened_idx", "dispute_facts", ["opened_at"], unique=False)
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
        "rating_facts",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("scores", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("rating_facts_given_idx", "rating_facts", ["given_at"], unique=False)
    op.create_table(
        "refund_facts",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("succeeded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount_minor >= 0", name="refund_facts_amount_check"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("refund_facts_case_idx", "refund_facts", ["case_id"], unique=False)
    op.create_index("refund_facts_succeeded_idx", "refund_facts", ["succeeded_at"], unique=False)
    op.create_table(
        "subject_state",
        sa.Column("consumer", sa.Text(), nullable=False),
        sa.Column("aggregateid", sa.Text(), nullable=False),
        sa.Column("last_sequence", sa.BigInteger(), nullable=False),
        sa.Column("blocked_since", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("consumer", "aggregateid"),
    )
    op.create_table(
        "trace_events",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("affected_party", sa.Text(), nullable=False),
        sa.Column("applicant", sa.Text(), nullable=False),
        sa.Column("handler", sa.Text(), nullable=False),
        sa.Column("matter", sa.Text(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("evidence", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("caused_by", sa.Uuid(), nullable=True),
        sa.Column("correlation_id", sa.Text(), nullable=False),
        sa.Column("work_id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=True),
        sa.Column("case_id", sa.Text(), nullable=True),
        sa.Column("complaint_id", sa.Text(), nullable=True),
        sa.Column("refund_id", sa.Text(), nullable=True),
        sa.Column("buyer_id", sa.Text(), nullable=True),
        sa.Column("merchant_id", sa.Text(), nullable=True),
        sa.Column("documents", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("parties", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.CheckConstraint("sequence > 0", name="trace_events_sequence_check"),
        sa.PrimaryKeyConstraint("event_id"),
        sa.UniqueConstraint("topic", "subject", "sequence", name="trace_events_place_key"),
    )
    op.create_index("trace_events_caused_by_idx", "trace_events", ["caused_by"], unique=False)
    op.create_index("trace_events_documents_idx", "trace_events", ["documents"], unique=False, postgresql_using="gin")
    op.create_index("trace_events_parties_idx", "trace_events", ["parties"], unique=False, postgresql_using="gin")
    op.create_index("trace_events_work_idx", "trace_events", ["work_id"], unique=False)
    op.execute(APPEND_ONLY)
    op.execute(
        "CREATE TRIGGER trace_events_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON trace_events"
        " EXECUTE FUNCTION trace_events_append_only()"
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER trace_events_append_only ON trace_events")
    op.execute("DROP FUNCTION trace_events_append_only")
    op.drop_index("trace_events_work_idx", table_name="trace_events")
    op.drop_index("trace_events_parties_idx", table_name="trace_events", postgresql_using="gin")
    op.drop_index("trace_events_documents_idx", table_name="trace_events", postgresql_using="gin")
    op.drop_index("trace_events_caused_by_idx", table_name="trace_events")
    op.drop_table("trace_events")
    op.drop_table("subject_state")
    op.drop_index("refund_facts_succeeded_idx", table_name="refund_facts")
    op.drop_index("refund_facts_case_idx", table_name="refund_facts")
    op.drop_table("refund_facts")
    op.drop_index("rating_facts_given_idx", table_name="rating_facts")
    op.drop_table("rating_facts")
    op.drop_index("parked_event_aggregate_idx", table_name="parked_event")
    op.drop_table("parked_event")
    op.drop_table("parked_decision")
    op.drop_table("outbox_blocked")
    op.drop_index("outbox_bucket_idx", table_name="outbox")
    op.drop_table("outbox")
    op.drop_index("inbox_received_idx", table_name="inbox")
    op.drop_table("inbox")
    op.drop_index("idempotency_key_created_idx", table_name="idempotency_key")
    op.drop_table("idempotency_key")
    op.drop_index("dispute_facts_opened_idx", table_name="dispute_facts")
    op.drop_table("dispute_facts")
    op.drop_table("consumer_cursor")
    op.drop_index("case_facts_requested_idx", table_name="case_facts")
    op.drop_table("case_facts")
