"""The ledger of deadlines. The claim of a timer is the `deadline_at` of the document; this table says why it is there."""

from aftercare_chassis.database.columns import one_of, quantity, text, timestamp
from aftercare_chassis.database.mapping import Query, Rows, Statement
from asyncpg import Record
from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Double,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    bindparam,
    exists,
    false,
    func,
    literal_column,
    null,
    or_,
    select,
    true,
    union_all,
    update,
)
from sqlalchemy import text as sql

from aftersale_svc.domain.deadlines.ledger import Deadline, DeadlineMove, DeadlineState, DocumentKind, ExtensionCause
from aftersale_svc.domain.deadlines.rules import RuleScope, Unit
from aftersale_svc.domain.deadlines.schedules import DEFAULT_CALENDAR, MERCHANT_CALENDAR
from aftersale_svc.tables.deadlines.calendars import calendars
from aftersale_svc.tables.schema import metadata
from aftersale_svc.tables.visibility import seen_by

deadlines = Table(
    "deadlines",
    metadata,
    Column("id", Text, primary_key=True),
    *one_of("document", DocumentKind),
    text("document_id"),
    text("case_id"),
    text("buyer_id"),
    text("merchant_id"),
    text("document_state"),
    text("turn"),
    *one_of("state", DeadlineState),
    text("cause"),
    timestamp("set_at"),
    timestamp("due_at", null=True),
    text("timer", null=True),
    Column("amount", Double, nullable=True),
    *one_of("unit", Unit, null=True),
    *one_of("rule_scope", RuleScope, null=True),
    Column("rule_version", Integer, nullable=True),
    text("calendar_id", null=True),
    Column("calendar_version", Integer, nullable=True),
    Column("country_version", Integer, nullable=True),
    Column("provisional", Boolean, nullable=False, server_default=false()),
    Column("continued_seconds", Integer, nullable=True),
    Column("kept_seconds", Integer, nullable=True),
    *quantity("extensions", default=0),
    *one_of("extension_cause", ExtensionCause, null=True),
    timestamp("reminds_at", null=True),
    *quantity("reminders", default=0),
    timestamp("ended_at", null=True),
    CheckConstraint("(state IN ('met', 'paused', 'fired')) = (ended_at IS NOT NULL)", name="ended"),
    Index("deadlines_case_idx", "case_id", "id"),
    # Not unique: where one ends and the next one begins, both are written by one statement in no certain order.
    Index("deadlines_open_idx", "document_id", postgresql_where=sql("ended_at IS NULL")),
    Index("deadlines_reminds_idx", "reminds_at", postgresql_where=sql("reminds_at IS NOT NULL")),
    Index(
        "deadlines_counted_in_idx",
        *("calendar_version", "calendar_id", sql("coalesce(country_version, 0)"), "id"),
        postgresql_where=sql("calendar_id IS NOT NULL AND ended_at IS NULL"),
    ),
    # Those that were missed, by whose turn it was.
    Index("deadlines_fired_idx", "case_id", "turn", postgresql_where=sql("state = 'fired'")),
)

deadline_moves = Table(
    "deadline_moves",
    metadata,
    Column("id", Text, primary_key=True),
    Column("deadline_id", Text, ForeignKey("deadlines.id"), nullable=False),
    timestamp("at"),
    timestamp("previous_due_at"),
    Index("deadline_moves_deadline_idx", "deadline_id", "id"),
)

DEADLINES = Rows(deadlines, Deadline, seen_by(deadlines))
MOVES = Rows(deadline_moves, DeadlineMove)
MOVES_OF_CASE = Query(
    select(deadline_moves)
    .join_from(deadline_moves, deadlines, deadlines.c.id == deadline_moves.c.deadline_id)
    .where(deadlines.c.case_id == bindparam("case_id"))
    .order_by(deadline_moves.c.id),
    DeadlineMove,
)
"""The changes of the ends of all deadlines of a case and of its disputes, oldest first. The caller has read the case before."""
END_OPEN = Statement(
    update(deadlines)
    .where(deadlines.c.document_id == bindparam("of"), deadlines.c.ended_at.is_(None))
    .values(state=bindparam("ended_as"), ended_at=bindparam("now"), kept_seconds=bindparam("kept"), reminds_at=null())
)
"""End the open deadline of the document `of`."""
OF_CASE = Query(
    select(deadlines).where(deadlines.c.case_id == bindparam("case_id")).order_by(deadlines.c.id),
    Deadline,
    seen_by(deadlines),
)
"""Every deadline of a case and of its disputes, oldest first."""
_at = bindparam("at", type_=DateTime(timezone=True))
_due_later = (
    select(deadline_moves.c.previous_due_at)
    .where(deadline_moves.c.deadline_id == deadlines.c.id, deadline_moves.c.at > _at)
    .order_by(deadline_moves.c.id)
    .limit(literal_column("1"))
    .scalar_subquery()
)
CLAIMS_OPEN_AT = Query(
    select(
        *(each for each in deadlines.c if each.name != "due_at"),
        func.coalesce(_due_later, deadlines.c.due_at).label("due_at"),
    )
    .where(
        deadlines.c.case_id == bindparam("case_id"),
        or_(
            *(deadlines.c.document == kind for kind in (DocumentKind.GUARANTEE_CLAIM, DocumentKind.REFUSED_GOODS_CLAIM))
        ),
        deadlines.c.set_at <= _at,
        or_(deadlines.c.ended_at.is_(None), deadlines.c.ended_at > _at),
    )
    .order_by(deadlines.c.id),
    Deadline,
)
"""The deadlines of claims on a guarantee and to refused goods of a case that were open at a time, with their ends of then. The caller has read
the case before."""
OPEN_OF = Query(
    select(deadlines)
    .where(deadlines.c.document_id == bindparam("document_id"), deadlines.c.ended_at.is_(None))
    .order_by(deadlines.c.id.desc())
    .limit(1),
    Deadline,
)
"""The open deadline of a document."""
REMINDERS: Query[Record] = Query(
    select(deadlines.c.id, deadlines.c.reminds_at)
    .where(deadlines.c.reminds_at.is_not(None))
    .order_by(deadlines.c.reminds_at)
    .limit(bindparam("most"))
)
"""The reminders that are due next, the earliest first."""
_counted, _newest = calendars.alias("counted"), calendars.alias("newest")
_country = func.coalesce(_counted.c.based_on, _counted.c.id)
# The version of the days of the country: a merchant that closes more days, or has other hours, moves no deadline by that.
_of_country = func.coalesce(_counted.c.based_on_version, _counted.c.version)
_own = func.concat(MERCHANT_CALENDAR, deadlines.c.merchant_id)
_any = exists().where(calendars.c.id.in_([DEFAULT_CALENDAR, _own]))
# Versions are few, and read first: where none is outdated, no deadline is read.
_outdated = (
    select(_counted.c.id, _counted.c.version, func.max(_newest.c.version).label("newest"))
    .join_from(_counted, _newest, _newest.c.id == _country)
    .group_by(_counted.c.id, _counted.c.version)
    .having(func.max(_newest.c.version) > _of_country)
    .cte("outdated")
    .prefix_with("MATERIALIZED")
)
_open = select(deadlines.c.id).where(
    deadlines.c.calendar_id.is_not(None), deadlines.c.ended_at.is_(None), deadlines.c.id > bindparam("after")
)
_counted_so = (
    _open.where(
        deadlines.c.calendar_id == _outdated.c.id,
        deadlines.c.calendar_version == _outdated.c.version,
        func.coalesce(deadlines.c.country_version, literal_column("0")) < _outdated.c.newest,
    )
    .correlate(_outdated)
    .offset(literal_column("0"))  # otherwise PostgreSQL may begin with the deadlines
    .lateral("counted_so")
)
_to_move = union_all(
    select(_counted_so.c.id).select_from(_outdated).join(_counted_so, true()),
    _open.where(deadlines.c.calendar_version == 0, exists(calendars.select()), _any),
).subquery("to_move")
TO_MOVE: Query[Record] = Query(select(_to_move.c.id).order_by(_to_move.c.id).limit(bindparam("most")))
"""Open deadlines that were counted in days of a country of which a newer version has come, in the order of their ids."""
