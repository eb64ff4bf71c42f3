"""The messaging tables: what the first revision of a service created already is kept as it is, the rest is created.

There is no way down: the tables may hold events of before this revision.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "m0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    outbox()
    consumer()
    parked()
    idempotency()


def now(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False)


def table(name: str, *items: sa.schema.SchemaItem) -> None:
    op.create_table(name, *items, if_not_exists=True)


def index(name: str, of: str, *columns: str) -> None:
    op.create_index(name, of, list(columns), if_not_exists=True)


def outbox() -> None:
    table(
        "outbox",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), primary_key=True),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("aggregatetype", sa.Text(), nullable=False),
        sa.Column("aggregateid", sa.Text(), nullable=False),
        sa.Column("aggregate_version", sa.BigInteger(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("bucket", sa.SmallInteger(), nullable=False),
        sa.Column("headers", JSONB(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        now("created_at"),
        sa.UniqueConstraint("aggregatetype", "aggregateid", "aggregate_version", name="outbox_sequence_key"),
        sa.UniqueConstraint("event_id"),
    )
    index("outbox_bucket_idx", "outbox", "bucket", "id")
    # Every event is one INSERT and one DELETE, so nearly all rows that the table ever held are dead. Autovacuum starts by
    # their number: a share of the table is not reached for long where the table grew while the broker was away. It runs
    # without pauses, since the table is small and every command waits for it. The file is not truncated, since that takes
    # a lock on which all commands wait.
    op.execute(
        """
        ALTER TABLE outbox SET (
            autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0,
            toast.autovacuum_vacuum_scale_factor = 0, toast.autovacuum_vacuum_threshold = 1000, vacuum_truncate = off
        )
        """
    )
    table(
        "outbox_blocked",
        sa.Column("aggregateid", sa.Text(), primary_key=True),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        now("blocked_at"),
    )


def consumer() -> None:
    table(
        "inbox",
        sa.Column("consumer", sa.Text(), primary_key=True),
        sa.Column("event_id", sa.Uuid(), primary_key=True),
        sa.Column("content", sa.BigInteger(), nullable=False),
        now("received_at"),
    )
    index("inbox_received_idx", "inbox", "received_at")
    table(
        "consumer_cursor",
        sa.Column("consumer", sa.Text(), primary_key=True),
        sa.Column("topic", sa.Text(), primary_key=True),
        sa.Column("partition", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("next_offset", sa.BigInteger(), nullable=False),
        sa.Column("first_offset", sa.BigInteger(), server_default="0", nullable=False),
    )
    table(
        "subject_state",
        sa.Column("consumer", sa.Text(), primary_key=True),
        sa.Column("aggregateid", sa.Text(), primary_key=True),
        sa.Column("last_sequence", sa.BigInteger(), nullable=False),
        sa.Column("blocked_since", sa.DateTime(timezone=True), nullable=True),
    )


def parked() -> None:
    table(
        "parked_event",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), primary_key=True),
        sa.Column("consumer", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("partition", sa.Integer(), nullable=False),
        sa.Column("log_offset", sa.BigInteger(), nullable=False),
        sa.Column("aggregateid", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=True),
        sa.Column("content", sa.BigInteger(), nullable=True),
        sa.Column("headers", JSONB(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=True),
        sa.Column("trouble", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        now("parked_at"),
        sa.UniqueConstraint("consumer", "topic", "partition", "log_offset", name="parked_event_place_key"),
    )
    index("parked_event_aggregate_idx", "parked_event", "consumer", "aggregateid", "id")
    table(
        "parked_decision",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), primary_key=True),
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
        now("decided_at"),
    )


def idempotency() -> None:
    table(
        "idempotency_key",
        sa.Column("scope", sa.Uuid(), primary_key=True),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.SmallInteger(), nullable=False),
        sa.Column("headers", JSONB(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        now("created_at"),
    )
    index("idempotency_key_created_idx", "idempotency_key", "created_at")
