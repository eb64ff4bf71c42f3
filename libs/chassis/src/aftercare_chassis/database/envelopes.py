"""The envelopes of events that a transaction records."""

from typing import NamedTuple
from uuid import UUID

from aftercare_events import Envelope, Event

from aftercare_chassis.database.origins import Origin
from aftercare_chassis.observability.tracing import TraceContext


class NewEvent(NamedTuple):
    """An event with the id, the publisher and the sequence that it gets."""

    event: Event
    id: UUID
    source: str
    sequence: int

    def envelope(
        self,
        correlation_id: str,
        cause: Envelope | Origin | None,
        trace: TraceContext,
        operation: str | None,
        role: str,
    ) -> Envelope:
        """Its envelope. `trace` is the span in which it is recorded; `operation` names the command of this role, where it is audited."""
        return Envelope.of(
            self.event,
            id=self.id,
            source=self.source,
            sequence=self.sequence,
            correlation_id=correlation_id,
            causation_id=str(cause.id) if cause else None,
            traceparent=trace.traceparent,
            tracestate=trace.tracestate,
            operation=operation,
            actor_role=role if operation is not None else None,
        )
