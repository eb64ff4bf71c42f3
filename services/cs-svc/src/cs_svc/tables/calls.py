"""Calls with customers."""

from aftercare_chassis.database.columns import aggregate, one_of, text, timestamp
from aftercare_chassis.database.compiled import SeenBy
from aftercare_chassis.database.mapping import Listing, Query, Rows
from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text, UniqueConstraint, bindparam, select
from sqlalchemy import text as sql

from cs_svc.domain.calls import Call, CallDirection, CallOutcome, CallState
from cs_svc.tables.schema import metadata

calls = Table(
    "calls",
    metadata,
    *aggregate(),
    *one_of("state", CallState),
    *one_of("direction", CallDirection),
    text("external_id"),
    Column("identity_id", Text, ForeignKey("identities.id"), nullable=False),
    text("buyer_id"),
    text("agent_id", null=True),
    text("line", null=True),
    text("conversation_id", null=True),
    timestamp("started_at"),
    timestamp("answered_at", null=True),
    timestamp("ended_at", null=True),
    Column("duration_seconds", Integer, nullable=True),
    text("recording", null=True),
    *one_of("outcome", CallOutcome, null=True),
    text("note", null=True),
    timestamp("deadline_at", null=True),
    timestamp("created_at"),
    timestamp("updated_at"),
    UniqueConstraint("external_id", name="calls_external_key"),
    Index("calls_state_idx", "state", "id"),
    Index("calls_agent_idx", "agent_id", "id"),
    Index("calls_identity_idx", "identity_id", "id"),
    Index("calls_due_idx", "deadline_at", postgresql_where=sql("deadline_at IS NOT NULL")),
)
_SEEN_BY: SeenBy = {"agent": None, "arbitrator": None, "admin": None}

CALLS = Rows(calls, Call, _SEEN_BY)
CALL_LIST = Listing(calls, Call, filters=("state", "agent_id", "identity_id"), seen_by=_SEEN_BY)
CALL_NAMED = Query(select(calls).where(calls.c.external_id == bindparam("external_id")), Call)
