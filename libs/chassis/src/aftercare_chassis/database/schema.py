"""The messaging tables, the same in every service's own database."""

from sqlalchemy import (
    DDL,
    BigInteger,
    Column,
    DateTime,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    event,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB

OUTBOX_STORAGE = """
ALTER TABLE outbox SET (
    autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0,
    toast.autovacuum_vacuum_scale_factor = 0, toast.autovacuum_vacuum_threshold = 1000, vacuum_truncate = off
)
"""
"""Every event passes the outbox as an INSERT and a DELETE, so all that it ever held is dead rows. They are cleaned by their
number and not by a share of the table, which after a broker's absence may be long and would then not be cleaned for long;
at full speed, since the table is small and everything waits for it; and the file keeps its size, since giving its end back
takes a lock that no command can pass. (Migrations carry the same text.)"""


def _now(name: str) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=False, server_default=func.now())


def add_messaging_tables(metadata: MetaData) -> None:
    """Add outbox, inbox and idempotency to a service's metadata.

    The outbox has the columns that Debezium's outbox router expects, and is only inserted into and deleted from, so that
    the router can stand in for our relay.
    """
    outbox = Table(
        "outbox",
        metadata,
        Column("id", BigInteger, Identity(), primary_key=True),
        Column("event_id", Uuid, nullable=False, unique=True),
        Column("aggregatetype", Text, nullable=False),
        Column("aggregateid", Text, nullable=False),
        Column("aggregate_version", BigInteger, nullable=False),
        Column("type", Text, nullable=False),
        Column("topic", Text, nullable=False),
        Column("bucket", SmallInteger, nullable=False),
        Column("headers", JSONB, nullable=False),
        Column("payload", LargeBinary, nullable=False),
        _now("created_at"),
        UniqueConstraint("aggregatetype", "aggregateid", "aggregate_version", name="outbox_sequence_key"),
        Index("outbox_bucket_idx", "bucket", "id"),
    )
    event.listen(outbox, "after_create", DDL(OUTBOX_STORAGE))  # type: ignore[no-untyped-call]
    Table(
        "outbox_blocked",
        metadata,
        Column("aggregateid", Text, primary_key=True),
        Column("event_id", Uuid, nullable=False),
        Column("reason", Text, nullable=False),
        _now("blocked_at"),
    )
    Table(
        "inbox",
        metadata,
        Column("consumer", Text, primary_key=True),
        Column("event_id", Uuid, primary_key=True),
        Column("content", BigInteger, nullable=False),
        _now("received_at"),
        Index("inbox_received_idx", "received_at"),
    )
    Table(
        "consumer_cursor",
        metadata,
        Column("consumer", Text, primary_key=True),
        Column("topic", Text, primary_key=True),
        Column("partition", Integer, primary_key=True, autoincrement=False),
        Column("next_offset", BigInteger, nullable=False),
        Column("first_offset", BigInteger, nullable=False, server_default="0"),
    )
    Table(
        "subject_state",
        metadata,
        Column("consumer", Text, primary_key=True),
        Column("aggregateid", Text, primary_key=True),
        Column("last_sequence", BigInteger, nullable=False),
        Column("blocked_since", DateTime(timezone=True)),
    )
    Table(
        "parked_event",
        metadata,
        Column("id", BigInteger, Identity(), primary_key=True),
        Column("consumer", Text, nullable=False),
        Column("topic", Text, nullable=False),
        Column("partition", Integer, nullable=False),
        Column("log_offset", BigInteger, nullable=False),
        Column("aggregateid", Text, nullable=False),
        Column("type", Text, nullable=False),
        Column("sequence", BigInteger),
        Column("content", BigInteger),
        Column("headers", JSONB, nullable=False),
        Column("payload", LargeBinary),
        Column("trouble", Text, nullable=False),
        Column("reason", Text, nullable=False),
        _now("parked_at"),
        UniqueConstraint("consumer", "topic", "partition", "log_offset", name="parked_event_place_key"),
        Index("parked_event_aggregate_idx", "consumer", "aggregateid", "id"),
    )
    Table(
        "parked_decision",
        metadata,
        Column("id", BigInteger, Identity(), primary_key=True),
        Column("consumer", Text, nullable=False),
        Column("event_id", Text, nullable=False),
        Column("topic", Text, nullable=False),
        Column("partition", Integer, nullable=False),
        Column("log_offset", BigInteger, nullable=False),
        Column("aggregateid", Text, nullable=False),
        Column("type", Text, nullable=False),
        Column("content", BigInteger),
        Column("decision", Text, nullable=False),
        Column("decided_by", Text, nullable=False),
        Column("reason", Text, nullable=False),
        _now("decided_at"),
    )
    Table(
        "idempotency_key",
        metadata,
        Column("scope", Uuid, primary_key=True),
        Column("fingerprint", LargeBinary, nullable=False),
        Column("status", SmallInteger, nullable=False),
        Column("headers", JSONB, nullable=False),
        Column("body", LargeBinary, nullable=False),
        _now("created_at"),
        Index("idempotency_key_created_idx", "created_at"),
    )
