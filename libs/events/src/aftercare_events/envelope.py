"""The envelope: what travels around an event."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from aftercare_events import registry
from aftercare_events.event import Event

MAX_DATA_BYTES = 64 * 1024


class EventTooLarge(ValueError):
    """The event's data is over the size a message may have."""

    def __init__(self, type_name: str, size: int) -> None:
        super().__init__(f"{type_name} has {size} bytes of data, {MAX_DATA_BYTES} are allowed")


@dataclass(frozen=True, slots=True)
class Envelope:
    """One event on its way: who says it, about what, as which one in a row, because of what."""

    id: UUID
    type: str
    source: str
    subject: str
    time: datetime
    sequence: int
    topic: str
    correlation_id: str
    causation_id: str | None
    traceparent: str | None
    data: bytes
    tracestate: str | None = None

    def __post_init__(self) -> None:
        # Refused where it is made, inside the producer's transaction: in the relay it would block its aggregate.
        if len(self.data) > MAX_DATA_BYTES:
            raise EventTooLarge(self.type, len(self.data))

    @classmethod
    def of(
        cls,
        event: Event,
        *,
        id: UUID,
        source: str,
        sequence: int,
        correlation_id: str,
        causation_id: str | None = None,
        traceparent: str | None = None,
        tracestate: str | None = None,
    ) -> "Envelope":
        """The envelope of an event that was just made; EventTooLarge when no message could carry it."""
        return cls(
            id=id,
            type=event.type_name(),
            source=source,
            subject=event.aggregate_id,
            time=event.time,
            sequence=sequence,
            topic=event.TOPIC.name,
            correlation_id=correlation_id,
            causation_id=causation_id,
            traceparent=traceparent,
            data=event.to_data(),
            tracestate=tracestate,
        )

    def event(self) -> Event | None:
        """The event inside; None for a type this build does not know. ValueError when the data does not fit."""
        return registry.parse(self.type, self.data)
