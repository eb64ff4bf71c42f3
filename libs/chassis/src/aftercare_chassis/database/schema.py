"""The messaging tables, the same in every service's own database. The chassis migrates them (`messaging_migrations`)."""

from sqlalchemy import (
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
    func,
)
from sqlalchemy.dialects.postgresql import JSONB


def _now(name: str) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=False, server_default=func.now())


MESSAGING = MetaData()

# It has the columns that Debezium's outbox router expects, and is only inserted into and deleted from, so that the router can
# take the place of our relay.
OUTBOX = Table(
    "outbox",
    MESSAGING,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("event_id", Uuid, nullable=False, unique=True),
    Column("aggregatetype", Text, nullable=False),
    Column("aggregateid", Text, nullable=False),
    Column("aggregate_version", BigInteger, nullable=False),
    Column("type", Text, nullable=False),
    Column("topic", Text, nullable=False),
    Column("bucket", SmallInteger, nullable=False),  # the shard of the aggregate
    Column("headers", JSONB, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    _now("created_at"),
    UniqueConstraint("aggregatetype", "aggregateid", "aggregate_version", name="outbox_sequence_key"),
    Index("outbox_bucket_idx", "bucket", "id"),
)
OUTBOX_BLOCKED = Table(
    "outbox_blocked",
    MESSAGING,
    Column("aggregateid", Text, primary_key=True),
    Column("event_id", Uuid, nullable=False),
    Column("reason", Text, nullable=False),
    _now("blocked_at"),
)
INBOX = Table(
    "inbox",
    MESSAGING,
    Column("consumer", Text, primary_key=True),
    Column("event_id", Uuid, primary_key=True),
    Column("content", BigInteger, nullable=False),
    _now("received_at"),
    Index("inbox_received_idx", "received_at"),
)
CONSUMER_CURSOR = Table(
    "consumer_cursor",
    MESSAGING,
    Column("consumer", Text, primary_key=True),
    Column("topic", Text, primary_key=True),
    Column("partition", Integer, primary_key=True, autoincrement=False),
    Column("next_offset", BigInteger, nullable=False),
    Column("first_offset", BigInteger, nullable=False, server_default="0"),
)
SUBJECT_STATE = Table(
    "subject_state",
    MESSAGING,
    Column("consumer", Text, primary_key=True),
    Column("aggregateid", Text, primary_key=True),
    Column("last_sequence", BigInteger, nullable=False),
    Column("blocked_since", DateTime(timezone=True)),
)
PARKED_EVENT = Table(
    "parked_event",
    MESSAGING,
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
PARKED_DECISION = Table(
    "parked_decision",
    MESSAGING,
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
IDEMPOTENCY_KEY = Table(
    "idempotency_key",
    MESSAGING,
    Column("scope", Uuid, primary_key=True),
    Column("fingerprint", LargeBinary, nullable=False),
    Column("status", SmallInteger, nullable=False),
    Column("headers", JSONB, nullable=False),
    Column("body", LargeBinary, nullable=False),
    _now("created_at"),
    Index("idempotency_key_created_idx", "created_at"),
)
# What a reconciliation after a restore could not do again, for a person to decide.
UNRESTORED_EVENT = Table(
    "unrestored_event",
    MESSAGING,
    Column("event_id", Uuid, primary_key=True),
    Column("topic", Text, nullable=False),
    Column("aggregateid", Text, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("type", Text, nullable=False),
    Column("happened_at", DateTime(timezone=True), nullable=False),
    Column("reason", Text, nullable=False),
    _now("found_at"),
    Column("closed_at", DateTime(timezone=True)),
    Column("closed_by", Text),
    Column("closing_reason", Text),
)
