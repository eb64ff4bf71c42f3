"""The causal order of events, and the causes that are missing among them."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime
from heapq import heappop, heappush
from uuid import UUID

from analytics_svc.domain.traces import TraceEvent, by_time


def causal_order(events: Collection[TraceEvent]) -> list[TraceEvent]:
    """The events in an order in which causes precede effects and sequences of aggregates ascend.

    It is a topological sort; of several possible events, the one with the earlier time goes first, then the smaller id.
    """
    successors, predecessors = _edges(events)
    ready: list[tuple[datetime, UUID]] = []
    remaining = {event.event_id: event for event in events}
    for event in events:
        if not predecessors[event.event_id]:
            heappush(ready, by_time(event))
    ordered: list[TraceEvent] = []
    while ready:
        _, event_id = heappop(ready)
        ordered.append(remaining.pop(event_id))
        for successor in successors[event_id]:
            predecessors[successor] -= 1
            if not predecessors[successor]:
                heappush(ready, by_time(remaining[successor]))
    # Events remain only where the log contradicts itself with a cycle; they are returned all the same.
    return ordered + sorted(remaining.values(), key=by_time)


def missing_causes(events: Iterable[TraceEvent]) -> set[UUID]:
    """The causes that these events name and that are not among them."""
    known = list(events)
    return {event.caused_by for event in known if event.caused_by is not None} - {event.event_id for event in known}


def _edges(events: Collection[TraceEvent]) -> tuple[dict[UUID, list[UUID]], dict[UUID, int]]:
    """The successors of each event, and the number of its predecessors."""
    known = {event.event_id for event in events}
    successors: dict[UUID, list[UUID]] = defaultdict(list)
    predecessors = dict.fromkeys(known, 0)
    last: dict[tuple[str, str], UUID] = {}
    for event in sorted(events, key=lambda event: (event.aggregate, event.sequence)):
        cause = event.caused_by if event.caused_by in known else None
        for earlier in {last.get(event.aggregate), cause} - {None}:
            if earlier is not None:
                successors[earlier].append(event.event_id)
                predecessors[event.event_id] += 1
        last[event.aggregate] = event.event_id
    return successors, predecessors
