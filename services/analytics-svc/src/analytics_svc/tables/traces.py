"""The events of the trace, and the statements that insert them, select them and find what is missing."""

from typing import Any

from aftercare_chassis.database.columns import text, texts, timestamp
from aftercare_chassis.database.mapping import Query, Rows
from aftercare_chassis.database.schema import PARKED_EVENT
from asyncpg import Record
from sqlalchemy import (
    BigInteger,
    BindParameter,
    CheckConstraint,
    Column,
    ColumnElement,
    Index,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    all_,
    any_,
    bindparam,
    func,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY

from analytics_svc.domain.traces import TraceEvent
from analytics_svc.tables.schema import metadata

# Any: columns and parameters do not show the types of their values.

# A trigger refuses every UPDATE, DELETE and TRUNCATE.
trace_events = Table(
    "trace_events",
    metadata,
    Column("event_id", Uuid, primary_key=True),
    text("type"),
    text("topic"),
    text("source"),
    text("subject"),
    Column("sequence", BigInteger, nullable=False),
    timestamp("time"),
    text("affected_party"),
    text("applicant"),
    text("handler"),
    text("matter"),
    text("result"),
    texts("evidence"),
    Column("caused_by", Uuid),
    text("correlation_id"),
    Column("work_id", Uuid, nullable=False),
    text("order_id", null=True),
    text("case_id", null=True),
    text("complaint_id", null=True),
    text("refund_id", null=True),
    text("buyer_id", null=True),
    text("merchant_id", null=True),
    texts("documents"),
    texts("parties"),
    CheckConstraint("sequence > 0", name="sequence"),
    # Of two events with the same place in an aggregate's history, one must be wrong.
    UniqueConstraint("topic", "subject", "sequence", name="trace_events_place_key"),
    Index("trace_events_caused_by_idx", "caused_by"),
    Index("trace_events_work_idx", "work_id"),
    Index("trace_events_correlation_idx", "correlation_id"),
    Index("trace_events_documents_idx", "documents", postgresql_using="gin"),
    Index("trace_events_parties_idx", "parties", postgresql_using="gin"),
)
_event, _parked = trace_events.c, PARKED_EVENT.c


def _texts(name: str) -> BindParameter[Any]:
    return bindparam(name, type_=ARRAY(Text))


def _uuids(name: str) -> BindParameter[Any]:
    return bindparam(name, type_=ARRAY(Uuid))


def _equal_if_given(column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    given: BindParameter[Any] = bindparam(name, type_=Text)
    return or_(given.is_(None), column == given)


def _with_id_in(column: ColumnElement[Any]) -> Query[TraceEvent]:
    # The index of the array finds the rows; the column makes sure that the id has the role that was asked for.
    found = select(trace_events).where(_event.documents.overlap(_texts("ids")), column == any_(_texts("ids")))
    return Query(found, TraceEvent)


TRACE_EVENTS = Rows(trace_events, TraceEvent)
EVENTS_OF_ORDER = _with_id_in(_event.order_id)
EVENTS_OF_CASE = _with_id_in(_event.case_id)
EVENTS_OF_COMPLAINT = _with_id_in(_event.complaint_id)
_newest = select(trace_events).order_by(_event.time.desc(), _event.event_id.desc()).limit(bindparam("rows"))
_named = trace_events.alias("named").c
EVENTS_OF_CORRELATION = Query(_newest.where(_event.correlation_id == any_(_texts("ids"))), TraceEvent)
EVENTS_WITH_EVENT = Query(
    _newest.where(
        _event.correlation_id.in_(select(_named.correlation_id).where(_named.event_id == any_(_uuids("ids"))))
    ),
    TraceEvent,
)
"""Events that follow from the same command, timer or push: those with a correlation, and those with the correlation of an event."""
EVENTS_OF_PARTY = Query(
    _newest.where(
        _event.parties.overlap(_texts("ids")),
        _equal_if_given(_event.buyer_id, "buyer"),
        _equal_if_given(_event.merchant_id, "merchant"),
    ),
    TraceEvent,
)
RELATED_EVENTS = Query(
    select(trace_events).where(
        or_(
            _event.caused_by == any_(_uuids("causes")),
            _event.work_id == any_(_uuids("works")),
            _event.documents.overlap(_texts("links")),
        ),
        # No event of another order: the buyer of this one may read the trace.
        or_(_event.order_id.is_(None), _event.order_id == any_(_texts("orders"))),
        _event.event_id != all_(_uuids("known")),
    ),
    TraceEvent,
)
"""The effects of known events, the events recorded together with them, and those of their documents."""

SEQUENCE_GAPS: Query[Record] = Query(
    select(_event.topic, _event.subject)
    .where(_event.subject == any_(_texts("subjects")))
    .group_by(_event.topic, _event.subject)
    .having(func.count() != func.max(_event.sequence))
)
"""Those of these aggregates whose sequence of events has a gap."""

PARKED: Query[Record] = Query(
    select(_parked.id)
    .where(
        or_(
            _parked.aggregateid == any_(_texts("subjects")),
            func.position(bindparam("text", type_=LargeBinary).op("IN")(_parked.payload)) > 0,
        )
    )
    .limit(1)
)
"""A parked event of these aggregates, or one whose data contain `:text`."""

EXISTING: Query[Record] = Query(select(_event.event_id).where(_event.event_id == any_(_uuids("ids"))))
"""Those of these ids that are events of the trace."""
