"""Traces of an order, a case, a complaint or a party."""

from collections.abc import Mapping
from uuid import UUID

from aftercare_chassis.database.mapping import Query
from aftercare_chassis.database.transaction import Reader
from aftercare_chassis.lifecycle import Actor
from aftercare_chassis.refusals import NotFound
from aftercare_events.registry import EVENTS
from pydantic_core import to_json

from analytics_svc.domain.causality import causal_order, missing_causes
from analytics_svc.domain.traces import STAFF, Trace, TraceEvent, TraceScope, may_see, visible_to
from analytics_svc.tables.traces import (
    EVENTS_OF_CASE,
    EVENTS_OF_COMPLAINT,
    EVENTS_OF_CORRELATION,
    EVENTS_OF_ORDER,
    EVENTS_OF_PARTY,
    EVENTS_WITH_EVENT,
    EXISTING,
    PARKED,
    RELATED_EVENTS,
    SEQUENCE_GAPS,
)

MAX_EVENTS = 2_000
OF_PLATFORM = frozenset(name for name, event in EVENTS.items() if event.OF_PLATFORM)
"""The types of events that are shown to the platform alone."""

_DOCUMENTS: Mapping[str, tuple[Query[TraceEvent], TraceScope]] = {
    "order_id": (EVENTS_OF_ORDER, TraceScope(documents=True)),
    "case_id": (EVENTS_OF_CASE, TraceScope(documents=False)),
    "complaint_id": (EVENTS_OF_COMPLAINT, TraceScope(documents=False)),
}
_CORRELATED: Mapping[str, Query[TraceEvent]] = {"event_id": EVENTS_WITH_EVENT, "trace_id": EVENTS_OF_CORRELATION}


async def trace_of_document(reader: Reader, kind: str, id: str) -> Trace:
    """Everything that happened to an order, or to a case or complaint and because of it; `kind` is the name of the id.

    Raises: NotFound where there is no such document, or the actor may not see it.
    """
    query, scope = _DOCUMENTS[kind]
    named = await reader.all(query, ids=[id])
    if not named or not may_see(reader.actor, named):
        raise NotFound(what=kind)
    related = await _with_related(reader, named, scope)
    return await _trace(reader, id, visible_to(reader.actor, related, OF_PLATFORM))


async def trace_of_work(reader: Reader, kind: str, id: UUID | str) -> Trace:
    """Everything that follows from one command, timer or push: that of an event (`event_id`), or with this id of its trace (`trace_id`).
    Of more than MAX_EVENTS the newest, with those that belong to them: a client may give all of its commands one trace.

    Raises: NotFound where there is none, or the actor is not staff: callers choose the ids of their traces, so that one may have events
    of several parties.
    """
    named = await reader.all(_CORRELATED[kind], ids=[id], rows=MAX_EVENTS + 1) if reader.actor.role in STAFF else []
    if not named:
        raise NotFound(what=kind)
    related = await _with_related(reader, named[:MAX_EVENTS], TraceScope(documents=False))
    return await _trace(reader, str(id), related, truncated=len(named) > MAX_EVENTS)


async def trace_of_party(reader: Reader, party: str) -> Trace:
    """The newest events that name a person or merchant, MAX_EVENTS at most.

    Raises: NotFound where there are none, or a buyer or seller asks for somebody else.
    """
    limits = _limits(reader.actor, party)
    found = await reader.all(EVENTS_OF_PARTY, ids=[party], rows=MAX_EVENTS + 1, **limits)
    if not found:
        raise NotFound(what="party")
    visible = visible_to(reader.actor, found[:MAX_EVENTS], OF_PLATFORM)
    return await _trace(reader, party, visible, truncated=len(found) > MAX_EVENTS)


async def _with_related(reader: Reader, events: list[TraceEvent], scope: TraceScope) -> list[TraceEvent]:
    """These events and all that belong to the trace with them, selected in rounds until a round finds no new one."""
    orders = sorted({event.order_id for event in events if event.order_id is not None})
    found = {event.event_id: event for event in events}
    new = events
    while new:
        related = await reader.all(
            RELATED_EVENTS,
            causes=[event.event_id for event in new],
            works=list({event.work_id for event in new}),
            links=sorted(scope.linked_documents(new)),
            orders=orders,
            known=list(found),
        )
        new = [event for event in related if event.event_id not in found]
        found |= {event.event_id: event for event in new}
    return list(found.values())


async def _trace(reader: Reader, subject: str, events: list[TraceEvent], *, truncated: bool = False) -> Trace:
    is_missing_some = truncated or await _lacks_events(reader, subject, events) or await _lacks_causes(reader, events)
    return Trace(events=causal_order(events), complete=not is_missing_some, truncated=truncated)


async def _lacks_events(reader: Reader, subject: str, events: list[TraceEvent]) -> bool:
    """Whether the sequence of an aggregate has a gap, or an event of one, or about the subject, is parked here."""
    aggregates = {event.aggregate for event in events}
    subjects = sorted({subject for _, subject in aggregates})
    gaps = await reader.all(SEQUENCE_GAPS, subjects=subjects)
    if any((row["topic"], row["subject"]) in aggregates for row in gaps):
        return True
    return await reader.one(PARKED, subjects=subjects, text=to_json(subject)) is not None


async def _lacks_causes(reader: Reader, events: list[TraceEvent]) -> bool:
    """Whether an event names a cause that was never stored. One that was stored and is not visible is not missing."""
    outside = missing_causes(events)
    if not outside:
        return False
    existing = await reader.all(EXISTING, ids=list(outside))
    return len(existing) < len(outside)


def _limits(actor: Actor, party: str) -> dict[str, str | None]:
    """The buyer or merchant that the events must name for this actor. Raises: NotFound."""
    if actor.role in STAFF:
        return {"buyer": None, "merchant": None}
    if actor.role == "buyer" and party == actor.id:
        return {"buyer": actor.id, "merchant": None}
    if actor.role == "seller" and actor.tenant and party in (actor.id, actor.tenant):
        return {"buyer": None, "merchant": actor.tenant}
    raise NotFound(what="party")
