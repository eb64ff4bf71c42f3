"""Statements over the trace: keep an event, find those of a question, find what belongs to them."""

from typing import Any

from aftercare_chassis.database.mapping import Query, Statement
from aftercare_chassis.database.schema import PARKED_EVENT
from asyncpg import Record
from sqlalchemy import BindParameter, ColumnElement, LargeBinary, Text, Uuid, all_, any_, bindparam, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY, insert

from analytics_svc.domain.model import TraceEvent
from analytics_svc.tables.schema import trace_events

_t, _parked = trace_events.c, PARKED_EVENT.c


def _texts(name: str) -> BindParameter[Any]:
    return bindparam(name, type_=ARRAY(Text))


def _uuids(name: str) -> BindParameter[Any]:
    return bindparam(name, type_=ARRAY(Uuid))


def _unless_given(column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    given: BindParameter[Any] = bindparam(name, type_=Text)
    return or_(given.is_(None), column == given)


def _about(column: ColumnElement[Any]) -> Query[TraceEvent]:
    # The array's index finds them; the column makes sure that the id stands in the role that was asked for.
    found = select(trace_events).where(_t.documents.overlap(_texts("ids")), column == any_(_texts("ids")))
    return Query(found, TraceEvent)


KEEP = Statement(
    insert(trace_events)
    .values({column.name: bindparam(column.name, type_=column.type) for column in trace_events.columns})
    .on_conflict_do_nothing(index_elements=["event_id"])
)
BY_ORDER = _about(_t.order_id)
BY_CASE = _about(_t.case_id)
BY_COMPLAINT = _about(_t.complaint_id)
BY_PARTY = Query(
    select(trace_events)
    .where(
        _t.parties.overlap(_texts("ids")),
        _unless_given(_t.buyer_id, "buyer"),
        _unless_given(_t.merchant_id, "merchant"),
    )
    .order_by(_t.time.desc(), _t.event_id.desc())
    .limit(bindparam("rows")),
    TraceEvent,
)
AROUND = Query(
    select(trace_events).where(
        or_(
            _t.caused_by == any_(_uuids("causes")),
            _t.work_id == any_(_uuids("works")),
            _t.documents.overlap(_texts("links")),
        ),
        # Nothing of another order: the trace may be read by this order's buyer.
        or_(_t.order_id.is_(None), _t.order_id == any_(_texts("orders"))),
        _t.event_id != all_(_uuids("known")),
    ),
    TraceEvent,
)
"""What belongs to events that are known: their effects, what was recorded with them, their documents' events."""

GAPS: Query[Record] = Query(
    select(_t.topic, _t.subject)
    .where(_t.subject == any_(_texts("subjects")))
    .group_by(_t.topic, _t.subject)
    .having(func.count() != func.max(_t.sequence))
)
"""Aggregates of these in whose history something is missing."""

UNTOLD: Query[Record] = Query(
    select(_parked.id)
    .where(
        or_(
            _parked.aggregateid == any_(_texts("subjects")),
            func.position(bindparam("said", type_=LargeBinary).op("IN")(_parked.payload)) > 0,
        )
    )
    .limit(1)
)
"""An event that is set aside here, of these aggregates or one that says this anywhere in its data."""

KNOWN: Query[Record] = Query(select(_t.event_id).where(_t.event_id == any_(_uuids("ids"))))
