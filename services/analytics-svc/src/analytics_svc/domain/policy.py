"""Judgement over traces: what came before what, what is missing, and who may see it."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from heapq import heappop, heappush
from uuid import UUID

from aftercare_chassis.lifecycle import Actor

from analytics_svc.domain.model import TraceEvent

STAFF = frozenset({"admin", "agent", "arbitrator", "system"})


@dataclass(frozen=True, slots=True)
class Circle:
    """How far a trace reaches from the events that were asked for.

    Effects and refunds always belong to it; with `documents`, so does all that is said about a document they name.
    """

    documents: bool

    def links(self, events: Iterable[TraceEvent]) -> set[str]:
        """The ids of documents whose events belong to the trace."""
        if self.documents:
            return {document for event in events for document in event.documents}
        return {event.refund_id for event in events if event.refund_id is not None}


def causal_order(events: Collection[TraceEvent]) -> list[TraceEvent]:
    """The events so that no effect stands before its cause and no aggregate's sequence is inverted.

    Where neither says anything, the earlier time goes first, then the smaller id: the order is the same on every call.
    """
    followers, waiting = _edges(events)
    ready: list[tuple[datetime, UUID]] = []
    by_id = {event.event_id: event for event in events}
    for event in events:
        if not waiting[event.event_id]:
            heappush(ready, (event.time, event.event_id))
    ordered: list[TraceEvent] = []
    while ready:
        _, event_id = heappop(ready)
        ordered.append(by_id.pop(event_id))
        for follower in followers[event_id]:
            waiting[follower] -= 1
            if not waiting[follower]:
                heappush(ready, (by_id[follower].time, follower))
    # Only a log that contradicts itself leaves events in a circle; they are shown all the same.
    return ordered + sorted(by_id.values(), key=_by_time)


def missing_causes(events: Iterable[TraceEvent]) -> set[UUID]:
    """Causes named by these events that are not among them."""
    kept = list(events)
    return {event.caused_by for event in kept if event.caused_by is not None} - {event.event_id for event in kept}


def owner_is(actor: Actor, events: Iterable[TraceEvent]) -> bool:
    """Whether this actor may see the trace: staff may, and the buyer or merchant whose order its first event names."""
    if actor.role in STAFF:
        return True
    first = next((event for event in sorted(events, key=_by_time) if event.buyer_id is not None), None)
    if first is None:
        return False
    if actor.role == "seller":
        return actor.tenant is not None and first.merchant_id == actor.tenant
    return actor.role == "buyer" and first.buyer_id == actor.id


def shown_to(actor: Actor, events: Sequence[TraceEvent]) -> list[TraceEvent]:
    """What this actor sees of the events: buyers and merchants not those about no document of theirs."""
    if actor.role in STAFF:
        return list(events)
    return [event for event in events if event.order_id or event.case_id or event.complaint_id]


def _edges(events: Collection[TraceEvent]) -> tuple[dict[UUID, list[UUID]], dict[UUID, int]]:
    known = {event.event_id for event in events}
    followers: dict[UUID, list[UUID]] = defaultdict(list)
    waiting = dict.fromkeys(known, 0)
    last: dict[tuple[str, str], UUID] = {}
    for event in sorted(events, key=lambda event: (event.aggregate, event.sequence)):
        before = {last.get(event.aggregate), event.caused_by if event.caused_by in known else None} - {None}
        for earlier in before:
            if earlier is not None:
                followers[earlier].append(event.event_id)
                waiting[event.event_id] += 1
        last[event.aggregate] = event.event_id
    return followers, waiting


def _by_time(event: TraceEvent) -> tuple[datetime, UUID]:
    return event.time, event.event_id
