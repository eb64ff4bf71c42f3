"""The commands of administrators, as auditors read them."""

from aftercare_chassis.database.columns import text, timestamp
from aftercare_chassis.database.mapping import Listing, Rows
from sqlalchemy import Column, DateTime, Index, Table, Text, bindparam

from analytics_svc.domain.audit import AuditEvent
from analytics_svc.tables.schema import metadata

# A trigger refuses every UPDATE, DELETE and TRUNCATE.
audit_events = Table(
    "audit_events",
    metadata,
    Column("id", Text, primary_key=True),
    timestamp("time"),
    text("actor_id"),
    text("actor_role"),
    text("service"),
    text("operation"),
    text("object_id"),
    text("event_type"),
    text("result"),
    text("trace_id"),
    Index("audit_events_time_idx", "time", "id"),
    Index("audit_events_actor_idx", "actor_id", "time", "id"),
    Index("audit_events_object_idx", "object_id", "time", "id"),
)
_time = audit_events.c.time

AUDIT_EVENTS = Rows(audit_events, AuditEvent)
AUDIT_LIST = Listing(
    audit_events,
    AuditEvent,
    filters=("actor_id", "service", "operation", "object_id", "trace_id"),
    conditions={
        "begin": _time >= bindparam("begin", type_=DateTime(timezone=True)),
        "end": _time < bindparam("end", type_=DateTime(timezone=True)),
    },
    by="time",
    turned=True,
    seen_by={"admin": None},
)
"""The newest first."""
