"""How long conversations have waited, and how often the forecasts of that were right."""

from aftercare_chassis.database.columns import quantity
from aftercare_chassis.database.mapping import Query, Rows
from asyncpg import Record
from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Float,
    FromClause,
    SmallInteger,
    Table,
    Text,
    bindparam,
    cast,
    func,
    literal_column,
    select,
    tuple_,
)

from cs_svc.domain.routing.queue import QueueState
from cs_svc.domain.routing.waits import AT_ONCE_SECONDS, MOST_KNOWN, Compared, Coverage, Wait
from cs_svc.tables.routing.queue import IS_LIVE, queue_entries
from cs_svc.tables.schema import metadata

wait_coverage = Table(
    "wait_coverage",
    metadata,
    Column("team_id", Text, primary_key=True),
    Column("group", SmallInteger, primary_key=True, autoincrement=False),
    Column("below", Float, nullable=False),
    Column("above", Float, nullable=False),
    *quantity("counted"),
    *quantity("covered"),
    *quantity("longer"),
)

COVERAGE = Rows(wait_coverage, Coverage)
_team = bindparam("team_id", type_=Text)
LOCK_COVERAGE = Query(
    select(*COVERAGE.columns)
    .where(wait_coverage.c.team_id == _team, wait_coverage.c.group == bindparam("group", type_=SmallInteger))
    .with_for_update(key_share=True),
    Coverage,
)
COVERAGE_OF = Query(
    select(*COVERAGE.columns).where(wait_coverage.c.team_id == _team).order_by(wait_coverage.c.group), Coverage
)
_sums = (cast(func.sum(wait_coverage.c[name]), BigInteger).label(name) for name in ("counted", "covered", "longer"))
COMPARED = Query(select(wait_coverage.c.group, *_sums).group_by(wait_coverage.c.group), Compared)
"""The same of all teams."""
_waited = cast(func.extract("epoch", queue_entries.c.left_at - queue_entries.c.waiting_since), Float)
RECENT_WAITS = Query(
    select(func.coalesce(queue_entries.c.ahead, 0).label("ahead"), queue_entries.c.estimate, _waited.label("waited"))
    .where(
        queue_entries.c.team_id == _team,
        queue_entries.c.state == literal_column(f"'{QueueState.TAKEN}'"),
        _waited > AT_ONCE_SECONDS,
    )
    .order_by(queue_entries.c.left_at.desc())
    .limit(literal_column(str(MOST_KNOWN))),
    Wait,
)
"""The last waits for a team, the newest first, without those who were offered to an agent at once."""
WAITING_NOW: Query[Record] = Query(
    select(func.count().label("number")).where(queue_entries.c.team_id == _team, IS_LIVE)
)
_aging, _this = bindparam("aging", type_=Float), queue_entries.alias("this")


def _urgency(entries: FromClause) -> ColumnElement[float]:
    """What `domain/routing/assignment.urgency` orders by, but for the time, which is the same for all."""
    return entries.c.priority - func.extract("epoch", entries.c.waiting_since) / _aging


AHEAD_OF: Query[Record] = Query(
    select(func.count().label("number"))
    .select_from(queue_entries.join(_this, _this.c.team_id == queue_entries.c.team_id))
    .where(
        _this.c.id == bindparam("entry_id", type_=Text),
        IS_LIVE,
        tuple_(-_urgency(queue_entries), queue_entries.c.id) < tuple_(-_urgency(_this), _this.c.id),
    )
)
"""How many of the same queue are offered to an agent before this one."""
