"""Teams, agents, and how many cases of which kind each agent has solved."""

from aftercare_chassis.database.columns import aggregate, document, one_of, quantity, text, texts, timestamp
from aftercare_chassis.database.mapping import Listing, Query, Rows, Statement
from asyncpg import Record
from sqlalchemy import Column, Index, Integer, Table, Text, any_, bindparam, func, literal_column, or_, select, update
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY, insert

from cs_svc.domain.routing.agents import Agent, Presence, Team
from cs_svc.tables.schema import metadata

teams = Table(
    "teams",
    metadata,
    *aggregate(),
    text("name"),
    text("merchant_id", null=True),
    texts("reasons"),
    texts("languages"),
    text("overflow_team_id", null=True),
    *quantity("overflow_seconds", 1),
    *quantity("offer_seconds", 5),
    timestamp("created_at"),
    timestamp("updated_at"),
)
agents = Table(
    "agents",
    metadata,
    *aggregate(),
    *one_of("state", Presence),
    texts("teams"),
    texts("leads"),
    document("skills"),
    *quantity("capacity", 1),
    text("time_zone"),
    document("shifts"),
    document("time_off"),
    timestamp("seen_until", null=True),
    timestamp("deadline_at", null=True),
    timestamp("created_at"),
    timestamp("updated_at"),
    Index("agents_due_idx", "deadline_at", postgresql_where=sql("deadline_at IS NOT NULL")),
    Index("agents_online_idx", "id", postgresql_where=sql("state = 'online'")),
)
agent_outcomes = Table(
    "agent_outcomes",
    metadata,
    Column("agent_id", Text, primary_key=True),
    Column("topic", Text, primary_key=True),
    *quantity("handled"),
    Column("solved", Integer, nullable=False),
)

TEAMS = Rows(teams, Team)
AGENTS = Rows(agents, Agent)
_STAFF = {"agent": None, "arbitrator": None, "admin": None}
TEAM_LIST = Listing(teams, Team, filters=(), seen_by=_STAFF)
AGENT_LIST = Listing(
    agents,
    Agent,
    filters=("state",),
    seen_by={**_STAFF, "agent": None},
    conditions={
        "team_id": bindparam("team_id", type_=Text) == any_(agents.c.teams),
        "own_id": agents.c.id == bindparam("own_id"),
    },
)
AGENT = Query(select(*AGENTS.columns).where(agents.c.id == bindparam("agent_id", type_=Text)), Agent)
LOCK_AGENT = Query(
    select(*AGENTS.columns).where(agents.c.id == bindparam("agent_id", type_=Text)).with_for_update(key_share=True),
    Agent,
)
ENTERED_AGENTS: Query[Record] = Query(
    select(agents.c.id).where(agents.c.id == any_(bindparam("ids", type_=ARRAY(Text))))
)
EXTEND_PRESENCE = Statement(
    update(agents)
    .where(agents.c.id == bindparam("agent_id"))
    .values(seen_until=bindparam("seen_until"), deadline_at=bindparam("deadline_at"))
)
"""An agent has sent a sign of work: nothing else changes, so that it is no event."""
# Two teams that are set at the same time could overflow to each other.
LOCK_TEAMS: Query[Record] = Query(
    select(func.pg_advisory_xact_lock(func.hashtextextended(literal_column("'teams'"), 0)))
)
TEAM = Query(select(*TEAMS.columns).where(teams.c.id == bindparam("team_id", type_=Text)), Team)
ALL_TEAMS = Query(select(*TEAMS.columns).order_by(teams.c.id), Team)
KNOWN_TEAMS: Query[Record] = Query(select(teams.c.id).where(teams.c.id == any_(bindparam("ids", type_=ARRAY(Text)))))

_reason, _language = bindparam("reason", type_=Text), bindparam("language", type_=Text)
TEAM_FOR = Query(
    select(*TEAMS.columns)
    .where(
        or_(teams.c.merchant_id.is_(None), teams.c.merchant_id == bindparam("merchant_id", type_=Text)),
        or_(func.cardinality(teams.c.reasons) == 0, _reason == any_(teams.c.reasons)),
        or_(func.cardinality(teams.c.languages) == 0, _language == any_(teams.c.languages)),
    )
    .order_by(
        teams.c.merchant_id.is_(None),
        func.cardinality(teams.c.reasons) == 0,
        func.cardinality(teams.c.languages) == 0,
        teams.c.id,
    )
    .limit(1),
    Team,
)
"""The team for a conversation: of those that it may go to, the one that is for the fewest others."""

_COUNTED = insert(agent_outcomes).values(
    agent_id=bindparam("agent_id"), topic=bindparam("topic"), handled=bindparam("handled"), solved=bindparam("solved")
)
COUNT_OUTCOME = Statement(
    _COUNTED.on_conflict_do_update(
        index_elements=["agent_id", "topic"],
        set_={
            "handled": agent_outcomes.c.handled + _COUNTED.excluded.handled,
            "solved": agent_outcomes.c.solved + _COUNTED.excluded.solved,
        },
    )
)
"""Add to what an agent has handled, and solved, of a kind; a conversation that is reopened takes one solved away."""
OUTCOMES: Query[Record] = Query(
    select(agent_outcomes).where(
        agent_outcomes.c.agent_id == any_(bindparam("agents", type_=ARRAY(Text))),
        agent_outcomes.c.topic == any_(bindparam("topics", type_=ARRAY(Text))),
    )
)
