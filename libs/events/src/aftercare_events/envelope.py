"""The envelope: the attributes that a message carries beside the event's data."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from aftercare_events import registry
from aftercare_events.event import Event

MAX_DATA_BYTES = 64 * 1024
"""The most that the JSON of an event may have. Brokers refuse messages of more than 1 MiB."""


class EventTooLarge(ValueError):
    """The event's data is larger than MAX_DATA_BYTES."""

    def __init__(self, type_name: str, size: int) -> None:
        super().__init__(f"{type_name} has {size} bytes of data, {MAX_DATA_BYTES} are allowed")


@dataclass(frozen=True, slots=True)
class Envelope:
    """An event as it is published: its JSON and the attributes of CloudEvents.

    `source` is the publishing service, such as `/order-svc`; `subject` the id of the aggregate; `sequence` the aggregate's
    version, 1 to n without a gap. `correlation_id` is shared by everything that followed from one request, `causation_id` is
    the id of the event that led to this one. `traceparent` and `tracestate` are W3C trace context. `operation` is the command
    that an auditor wants to know of, by its name in the API, and `actor_role` the role in which its handler acted; None for others.

    Raises:
        EventTooLarge: `data` is larger than MAX_DATA_BYTES.
    """

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
    operation: str | None = None
    actor_role: str | None = None

    def __post_init__(self) -> None:
        # Checked here, inside the publisher's transaction: in the relay it would block the events of its aggregate.
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
        operation: str | None = None,
        actor_role: str | None = None,
    ) -> "Envelope":
        """Return the envelope of a new event.

        Raises:
            EventTooLarge: The event's JSON is larger than MAX_DATA_BYTES.
        """
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
            operation=operation,
            actor_role=actor_role,
        )

    def event(self) -> Event | None:
        """Return the event, as `registry.parse` reads it: None where this build does not act on it.

        Raises:
            WrongSchema: The data does not fit the type.
        """
        return registry.parse(self.type, self.data)
