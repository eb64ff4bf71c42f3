"""The queues of conversations: each stay of a conversation in one, and how much each agent has."""

from aftercare_chassis.database.columns import aggregate, one_of, quantity, text, texts, timestamp
from aftercare_chassis.database.mapping import Listing, Query, Rows, Statement
from asyncpg import Record
from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Float,
    Index,
    Integer,
    SmallInteger,
    Table,
    Text,
    any_,
    bindparam,
    case,
    cast,
    func,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY

from cs_svc.domain.routing.agents import WEIGHTS
from cs_svc.domain.routing.queue import QueueEntry, QueueState
from cs_svc.tables.conversations import conversations
from cs_svc.tables.routing.agents import AGENTS, agents
from cs_svc.tables.schema import metadata

queue_entries = Table(
    "queue_entries",
    metadata,
    *aggregate(),
    *one_of("state", QueueState),
    text("conversation_id"),
    text("order_id", null=True),
    text("case_id", null=True),
    text("buyer_id"),
    text("merchant_id", null=True),
    text("team_id"),
    text("first_team_id"),
    Column("priority", SmallInteger, nullable=False),
    CheckConstraint("priority BETWEEN 0 AND 3", name="priority"),
    *quantity("weight", 1),
    texts("skills"),
    text("reason", null=True),
    Column("is_hard", Boolean, nullable=False),
    text("last_agent_id", null=True),
    text("agent_id", null=True),
    texts("refused_by"),
    *quantity("offers"),
    timestamp("waiting_since"),
    timestamp("overflow_at", null=True),
    timestamp("offer_ends_at", null=True),
    timestamp("deadline_at", null=True),
    Column("ahead", Integer, nullable=True),
    Column("estimate", Float, nullable=True),
    Column("predicted_low", Integer, nullable=True),
    Column("predicted_high", Integer, nullable=True),
    timestamp("left_at", null=True),
    timestamp("created_at"),
    timestamp("updated_at"),
    CheckConstraint("state <> 'offered' OR (agent_id IS NOT NULL AND offer_ends_at IS NOT NULL)", name="offered_to"),
    CheckConstraint("(state IN ('taken', 'left')) = (left_at IS NOT NULL)", name="time_when_left"),
    Index(
        "queue_entries_live_key",
        "conversation_id",
        unique=True,
        postgresql_where=sql("state IN ('waiting', 'offered')"),
    ),
    Index(
        "queue_entries_team_idx",
        "team_id",
        "priority",
        "waiting_since",
        postgresql_where=sql("state IN ('waiting', 'offered')"),
    ),
    Index("queue_entries_agent_idx", "agent_id", "updated_at", postgresql_where=sql("agent_id IS NOT NULL")),
    Index("queue_entries_conversation_idx", "conversation_id", "id"),
    Index("queue_entries_waits_idx", "team_id", "left_at", postgresql_where=sql("state = 'taken'")),
    Index("queue_entries_due_idx", "deadline_at", postgresql_where=sql("deadline_at IS NOT NULL")),
)

_STAFF = {"agent": None, "arbitrator": None, "admin": None}
QUEUE_ENTRIES = Rows(queue_entries, QueueEntry, _STAFF)
QUEUE_ENTRY_LIST = Listing(
    queue_entries,
    QueueEntry,
    filters=("state", "team_id", "agent_id", "conversation_id"),
    seen_by=_STAFF,
    conditions={"own_id": queue_entries.c.agent_id == bindparam("own_id")},
)
LIVE_STATES = (QueueState.WAITING, QueueState.OFFERED)
IS_LIVE = queue_entries.c.state.in_([literal_column(f"'{each}'") for each in LIVE_STATES])
LOCK_LIVE_ENTRY = Query(
    select(*QUEUE_ENTRIES.columns)
    .where(queue_entries.c.conversation_id == bindparam("conversation_id", type_=Text), IS_LIVE)
    .with_for_update(key_share=True),
    QueueEntry,
)
"""The stay of a conversation in a queue that has not ended."""
LIVE_ENTRY = Query(
    select(*QUEUE_ENTRIES.columns).where(
        queue_entries.c.conversation_id == bindparam("conversation_id", type_=Text), IS_LIVE
    ),
    QueueEntry,
)
LAST_ENTRY = Query(
    select(*QUEUE_ENTRIES.columns)
    .where(queue_entries.c.conversation_id == bindparam("conversation_id", type_=Text))
    .order_by(queue_entries.c.id.desc())
    .limit(1),
    QueueEntry,
)
LOCK_OFFERED_TO = Query(
    select(*QUEUE_ENTRIES.columns)
    .where(queue_entries.c.agent_id == bindparam("agent_id", type_=Text), queue_entries.c.state == QueueState.OFFERED)
    .order_by(queue_entries.c.id)
    .with_for_update(key_share=True),
    QueueEntry,
)
"""What is offered to an agent."""

MOVE_LIVE_ENTRY = Statement(
    update(queue_entries)
    .where(queue_entries.c.conversation_id == bindparam("of_conversation", type_=Text), IS_LIVE)
    .values(buyer_id=bindparam("new_buyer_id", type_=Text))
)
"""Let a conversation wait as that of another buyer."""

LOCK_ROUTING: Query[Record] = Query(
    select(func.pg_advisory_xact_lock(func.hashtextextended(literal_column("'routing'"), 0)))
)
"""Agents are chosen by one transaction at a time: two at once would choose the same one."""
MOST_AT_ONCE = 500
_waited = func.extract("epoch", bindparam("now", type_=DateTime(timezone=True)) - queue_entries.c.waiting_since)
_urgency = queue_entries.c.priority + _waited / bindparam("aging", type_=Float)
LOCK_WAITING = Query(
    select(*QUEUE_ENTRIES.columns)
    .where(queue_entries.c.state == literal_column(f"'{QueueState.WAITING}'"))
    .order_by(_urgency.desc(), queue_entries.c.id)
    .limit(literal_column(str(MOST_AT_ONCE)))
    .with_for_update(key_share=True, skip_locked=True),
    QueueEntry,
)
"""Those who wait, the most urgent first. What is locked is on its way out of the queue."""

_offered = (
    select(func.coalesce(func.sum(queue_entries.c.weight), 0))
    .where(queue_entries.c.agent_id == agents.c.id, queue_entries.c.state == QueueState.OFFERED)
    .scalar_subquery()
)
_weight = case(
    *(
        (conversations.c.channel == literal_column(f"'{channel}'"), literal_column(str(weight)))
        for channel, weight in WEIGHTS.items()
    )
)
_busy = (
    select(func.coalesce(func.sum(_weight), 0))
    .where(
        conversations.c.agent_id == agents.c.id,
        conversations.c.state == literal_column("'open'"),
        conversations.c.snoozed_until.is_(None),
        or_(
            conversations.c.whose_turn == literal_column("'service'"),
            conversations.c.updated_at > bindparam("active_since", type_=DateTime(timezone=True)),
        ),
    )
    .scalar_subquery()
)
LOAD = cast(_offered + _busy, Integer).label("load")
"""How much of the capacity of an agent is taken: by what is offered, by what awaits an answer, and by what was written in a short while ago. What is put off takes nothing."""
_taken_at = (
    select(func.max(queue_entries.c.updated_at))
    .where(queue_entries.c.agent_id == agents.c.id)
    .scalar_subquery()
    .label("taken_at")
)
LOCK_ONLINE: Query[Record] = Query(
    select(*AGENTS.columns, LOAD, _taken_at)
    .where(agents.c.state == literal_column("'online'"))
    .order_by(agents.c.id)
    .with_for_update(read=True, skip_locked=True, of=agents)
)
"""The agents who are online, with what they have. Whose presence changes right now is left out."""
LOADS: Query[Record] = Query(select(agents.c.id, LOAD).where(agents.c.id == any_(bindparam("ids", type_=ARRAY(Text)))))

_now = bindparam("now", type_=DateTime(timezone=True))
_waits = func.extract("epoch", _now - queue_entries.c.waiting_since)
_is_waiting = queue_entries.c.state == literal_column(f"'{QueueState.WAITING}'")
QUEUE_FIGURES: Query[Record] = Query(
    select(
        queue_entries.c.team_id,
        func.count().filter(_is_waiting).label("waiting"),
        func.count().filter(~_is_waiting).label("offered"),
        cast(func.coalesce(func.max(_waits), 0), Integer).label("longest_seconds"),
        cast(func.coalesce(func.percentile_cont(0.5).within_group(_waits), 0), Integer).label("median_seconds"),
    )
    .where(IS_LIVE)
    .group_by(queue_entries.c.team_id)
)
"""By team: how many wait, how many are offered to somebody, and how long these have waited."""
PRESENCES: Query[Record] = Query(
    select(
        func.unnest(agents.c.teams).label("team_id"),
        func.count().filter(agents.c.state == literal_column("'online'")).label("online"),
        func.count().filter(agents.c.state == literal_column("'away'")).label("away"),
        func.count().label("agents"),
        cast(func.sum(case((agents.c.state == literal_column("'online'"), agents.c.capacity), else_=0)), Integer).label(
            "capacity"
        ),
        cast(func.sum(case((agents.c.state == literal_column("'online'"), LOAD.element), else_=0)), Integer).label(
            "load"
        ),
    ).group_by(literal_column("1"))
)
"""By team: how many agents it has and how many of them work, and what they have of their capacity."""
