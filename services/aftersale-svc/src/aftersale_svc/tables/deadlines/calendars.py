"""Calendars with their days, and rules of hours: versions that are added and never changed."""

from aftercare_chassis.database.columns import document, one_of, text, timestamp
from aftercare_chassis.database.mapping import Query, Rows
from asyncpg import Record
from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    ForeignKeyConstraint,
    Integer,
    Table,
    Text,
    bindparam,
    func,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY

from aftersale_svc.domain.deadlines.calendars import CalendarSource, DayKind
from aftersale_svc.domain.deadlines.stored import CalendarDay, CalendarVersion, RuleSetVersion
from aftersale_svc.tables.deadlines.standstills import standstills
from aftersale_svc.tables.schema import metadata

calendars = Table(
    "calendars",
    metadata,
    Column("id", Text, primary_key=True),
    Column("version", Integer, primary_key=True),
    text("time_zone"),
    *one_of("source", CalendarSource),
    text("source_version"),
    Column("known_until", Date, nullable=True),
    Column("weekend", ARRAY(Integer), nullable=False),
    Column("opens", Integer, nullable=False),
    Column("closes", Integer, nullable=False),
    document("windows", null=True),
    text("based_on", null=True),
    Column("based_on_version", Integer, nullable=True),
    text("created_by"),
    timestamp("created_at"),
    CheckConstraint("version > 0", name="version"),
    CheckConstraint("0 <= opens AND opens < closes AND closes <= 1440", name="hours"),
    CheckConstraint("(based_on IS NULL) = (based_on_version IS NULL)", name="base"),
)

calendar_days = Table(
    "calendar_days",
    metadata,
    Column("calendar_id", Text, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("day", Date, primary_key=True),
    *one_of("kind", DayKind),
    text("name"),
    ForeignKeyConstraint(["calendar_id", "version"], ["calendars.id", "calendars.version"]),
)

deadline_rules = Table(
    "deadline_rules",
    metadata,
    Column("owner", Text, primary_key=True),
    Column("version", Integer, primary_key=True),
    document("rules"),
    text("created_by"),
    timestamp("created_at"),
    CheckConstraint("version > 0", name="version"),
)

CALENDARS = Rows(calendars, CalendarVersion)
CALENDAR_DAYS = Rows(calendar_days, CalendarDay)
RULE_SETS = Rows(deadline_rules, RuleSetVersion)

# What is added changes these numbers, and nothing is ever deleted.
VERSIONS_NUMBER: Query[Record] = Query(
    select(
        select(func.count()).select_from(calendars).scalar_subquery().label("calendars"),
        select(func.count()).select_from(deadline_rules).scalar_subquery().label("rules"),
        select(func.count()).select_from(standstills).scalar_subquery().label("standstills"),
    )
)
_newest = (
    select(calendars.c.id, func.max(calendars.c.version).label("version")).group_by(calendars.c.id).subquery("newest")
)
_newest_rules = (
    select(deadline_rules.c.owner, func.max(deadline_rules.c.version).label("version"))
    .group_by(deadline_rules.c.owner)
    .subquery("newest_rules")
)
_calendars = select(calendars).join(
    _newest, (_newest.c.id == calendars.c.id) & (_newest.c.version == calendars.c.version)
)
# Who adds a version reads the newest one first; without a lock, two at once would add the same.
LOCK_VERSIONS: Query[Record] = Query(
    select(func.pg_advisory_xact_lock(func.hashtextextended(bindparam("versions_of"), 0)))
)
NEWEST_CALENDARS = Query(_calendars.order_by(calendars.c.id), CalendarVersion)
NEWEST_DAYS = Query(
    select(calendar_days).join(
        _newest, (_newest.c.id == calendar_days.c.calendar_id) & (_newest.c.version == calendar_days.c.version)
    ),
    CalendarDay,
)
NEWEST_RULES = Query(
    select(deadline_rules)
    .join(
        _newest_rules,
        (_newest_rules.c.owner == deadline_rules.c.owner) & (_newest_rules.c.version == deadline_rules.c.version),
    )
    .order_by(deadline_rules.c.owner),
    RuleSetVersion,
)
CALENDAR = Query(
    select(calendars).where(calendars.c.id == bindparam("calendar_id")).order_by(calendars.c.version.desc()).limit(1),
    CalendarVersion,
)
RULES_OF = Query(
    select(deadline_rules)
    .where(deadline_rules.c.owner == bindparam("owner"))
    .order_by(deadline_rules.c.version.desc())
    .limit(1),
    RuleSetVersion,
)
DAYS_OF = Query(
    select(calendar_days)
    .where(calendar_days.c.calendar_id == bindparam("calendar_id"), calendar_days.c.version == bindparam("version"))
    .order_by(calendar_days.c.day),
    CalendarDay,
)
BASED_ON = Query(
    _calendars.where(calendars.c.based_on == bindparam("calendar_id")).order_by(calendars.c.id), CalendarVersion
)
