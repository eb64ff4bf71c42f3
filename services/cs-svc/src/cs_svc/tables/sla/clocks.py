"""The clocks of conversations."""

from aftercare_chassis.database.columns import aggregate, document, one_of, quantity, text, timestamp
from aftercare_chassis.database.mapping import Listing, Query, Rows, Statement
from asyncpg import Record
from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Index,
    Integer,
    Table,
    Text,
    any_,
    bindparam,
    exists,
    false,
    func,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY

from cs_svc.domain.routing.queue import QueueEntry
from cs_svc.domain.sla.clocks import Clock, ClockState
from cs_svc.domain.sla.policies import ClockKind
from cs_svc.tables.conversations import conversations
from cs_svc.tables.routing.agents import agents
from cs_svc.tables.routing.queue import IS_LIVE, QUEUE_ENTRIES, queue_entries
from cs_svc.tables.schema import metadata
from cs_svc.tables.sla.policies import sla_calendars

LIVE = "state IN ('running', 'paused', 'breached')"
sla_clocks = Table(
    "sla_clocks",
    metadata,
    *aggregate(),
    *one_of("state", ClockState),
    *one_of("kind", ClockKind),
    text("conversation_id"),
    text("order_id", null=True),
    text("case_id", null=True),
    text("buyer_id"),
    text("merchant_id", null=True),
    text("team_id", null=True),
    text("policy_id"),
    Column("policy_version", Integer, nullable=False),
    text("calendar_id", null=True),
    Column("calendar_version", Integer, nullable=False),
    *quantity("target_seconds", 1),
    document("escalations"),
    Column("pause_when_snoozed", Boolean, nullable=False, server_default=false()),
    *quantity("steps"),
    Column("used_microseconds", BigInteger, nullable=False),
    timestamp("running_since", null=True),
    timestamp("due_at", null=True),
    timestamp("next_at", null=True),
    timestamp("deadline_at", null=True),
    timestamp("breached_at", null=True),
    timestamp("ended_at", null=True),
    timestamp("created_at"),
    timestamp("updated_at"),
    CheckConstraint("(state = 'running') = (next_at IS NOT NULL)", name="next_while_running"),
    CheckConstraint("(state IN ('met', 'late', 'dropped')) = (ended_at IS NOT NULL)", name="time_when_ended"),
    Index("sla_clocks_live_key", "conversation_id", "kind", unique=True, postgresql_where=sql(LIVE)),
    Index("sla_clocks_open_idx", "due_at", "id", postgresql_where=sql("state IN ('running', 'breached')")),
    Index("sla_clocks_calendar_idx", "calendar_id", "calendar_version", postgresql_where=sql("state = 'running'")),
    Index("sla_clocks_due_idx", "deadline_at", postgresql_where=sql("deadline_at IS NOT NULL")),
)

_STAFF = {"agent": None, "arbitrator": None, "admin": None}
CLOCKS = Rows(sla_clocks, Clock, _STAFF)
_open = sla_clocks.c.state.in_([literal_column("'running'"), literal_column("'breached'")])
_until = bindparam("until", type_=DateTime(timezone=True))
_agent = bindparam("seen_by_agent", type_=Text)
_of_agent = or_(
    sla_clocks.c.team_id.is_(None),
    sla_clocks.c.team_id.in_(select(func.unnest(agents.c.leads)).where(agents.c.id == _agent)),
    exists().where(conversations.c.id == sla_clocks.c.conversation_id, conversations.c.agent_id == _agent),
)
"""What an agent sees: of teams that they lead, of no team, and of conversations that they have."""
BREACH_LIST = Listing(
    sla_clocks,
    Clock,
    filters=("kind", "team_id", "merchant_id", "conversation_id"),
    seen_by=_STAFF,
    by="due_at",
    conditions={"until": _open & (sla_clocks.c.due_at <= _until), "seen_by_agent": _of_agent},
)
"""The clocks whose time has passed, or will have by then, the earliest first."""
LOCK_CLOCKS = Query(
    select(*CLOCKS.columns)
    .where(sla_clocks.c.conversation_id == bindparam("conversation_id", type_=Text), sql(LIVE))
    .order_by(sla_clocks.c.id)
    .with_for_update(key_share=True),
    Clock,
)
"""The clocks of a conversation that have not ended."""
MOVE_LIVE_CLOCKS = Statement(
    update(sla_clocks)
    .where(sla_clocks.c.conversation_id == bindparam("of_conversation", type_=Text), sql(LIVE))
    .values(buyer_id=bindparam("new_buyer_id", type_=Text))
)
"""Let the clocks of a conversation count for another buyer."""
GIVE_LIVE_CLOCKS = Statement(
    update(sla_clocks)
    .where(sla_clocks.c.conversation_id == bindparam("of_conversation", type_=Text), sql(LIVE))
    .values(team_id=bindparam("new_team_id", type_=Text))
)
"""Let the clocks of a conversation count for another team."""
AGENTS_OF: Query[Record] = Query(
    select(conversations.c.id, conversations.c.agent_id).where(
        conversations.c.id == any_(bindparam("ids", type_=ARRAY(Text)))
    )
)
_of_conversations = queue_entries.c.conversation_id == any_(bindparam("ids", type_=ARRAY(Text)))
LIVE_ENTRIES: Query[Record] = Query(select(queue_entries.c.conversation_id).where(_of_conversations, IS_LIVE))
LOCK_ENTRIES = Query(
    select(*QUEUE_ENTRIES.columns).where(_of_conversations, IS_LIVE).with_for_update(key_share=True, skip_locked=True),
    QueueEntry,
)
LOCK_OUTDATED = Query(
    select(*CLOCKS.columns)
    .join(sla_calendars, sla_calendars.c.id == sla_clocks.c.calendar_id)
    .where(sla_clocks.c.state == literal_column("'running'"), sla_clocks.c.calendar_version < sla_calendars.c.version)
    .limit(literal_column("100"))
    .with_for_update(key_share=True, skip_locked=True, of=sla_clocks),
    Clock,
)
"""Clocks that run by an earlier version of their calendar."""
MOST_COUNTED = 10_000
_some = select(sla_clocks.c.kind, sla_clocks.c.state).where(_open).limit(literal_column(str(MOST_COUNTED))).subquery()
OPEN_CLOCKS: Query[Record] = Query(
    select(_some.c.kind, _some.c.state, func.count().label("number")).group_by(_some.c.kind, _some.c.state)
)
"""How many clocks run, and how many are breached, up to MOST_COUNTED."""
