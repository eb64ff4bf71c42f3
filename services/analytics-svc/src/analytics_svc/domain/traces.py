"""Traces: the events that belong to one subject, and who may see them."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from aftercare_chassis.lifecycle import Actor

STAFF = frozenset({"admin", "agent", "arbitrator", "system"})


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceEvent:
    """One event of the log with its trace fields; inserted once, never changed.

    `work_id` is the same for all events that one transaction of their producer recorded. `documents` has the ids of every
    document that the event names, `parties` those of every person and merchant.
    """

    event_id: UUID
    type: str
    topic: str
    source: str
    subject: str
    sequence: int
    time: datetime
    affected_party: str
    applicant: str
    handler: str
    matter: str
    result: str
    evidence: list[str]
    caused_by: UUID | None
    correlation_id: str
    work_id: UUID
    order_id: str | None
    case_id: str | None
    complaint_id: str | None
    refund_id: str | None
    buyer_id: str | None
    merchant_id: str | None
    documents: list[str]
    parties: list[str]

    @property
    def aggregate(self) -> tuple[str, str]:
        """The aggregate that `sequence` counts the events of."""
        return self.topic, self.subject


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """Events in causal order.

    A trace is complete where no sequence has a gap, no cause is missing and no event of it is parked. It is truncated
    where older events exist.
    """

    events: list[TraceEvent]
    complete: bool
    truncated: bool = False


@dataclass(frozen=True, slots=True)
class TraceScope:
    """Which events belong to a trace, besides the effects and refunds of those in it.

    With `documents`, every event that names a document of the trace belongs to it.
    """

    documents: bool

    def linked_documents(self, events: Iterable[TraceEvent]) -> set[str]:
        """The ids of the documents whose events belong to the trace."""
        if self.documents:
            return {document for event in events for document in event.documents}
        return {event.refund_id for event in events if event.refund_id is not None}


def may_see(actor: Actor, events: Iterable[TraceEvent]) -> bool:
    """Whether the actor may see this trace: staff, and the buyer and the merchant whom its first event names."""
    if actor.role in STAFF:
        return True
    first = next((event for event in sorted(events, key=by_time) if event.buyer_id is not None), None)
    if first is None:
        return False
    if actor.role == "seller":
        return actor.tenant is not None and first.merchant_id == actor.tenant
    return actor.role == "buyer" and first.buyer_id == actor.id


def visible_to(actor: Actor, events: Sequence[TraceEvent], of_platform: Collection[str] = ()) -> list[TraceEvent]:
    """The events of a trace that the actor sees: all for staff, for others those that name an order, case or complaint.

    Those that name a merchant and no buyer are not for buyers, such as what a merchant claims from a courier, and those of the
    types `of_platform` for no side.
    """
    if actor.role in STAFF:
        return list(events)
    shown = [event for event in events if event.type not in of_platform]
    named = [event for event in shown if event.order_id or event.case_id or event.complaint_id]
    return named if actor.role != "buyer" else [event for event in named if event.buyer_id or not event.merchant_id]


def by_time(event: TraceEvent) -> tuple[datetime, UUID]:
    """The sort key for events that nothing else orders: by time, then by id, so that the order is always the same."""
    return event.time, event.event_id
