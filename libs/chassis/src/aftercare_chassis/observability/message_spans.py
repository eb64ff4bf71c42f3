"""The spans of messages, by OpenTelemetry's semantic conventions for messaging and Kafka, and for CloudEvents.

A message is sent within the trace of what recorded it, and processed within that of its sending: one tree through all services. What a
chunk of messages has in common, its transaction above all, is a span of its own with a link to each of them.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext

from aftercare_events import Envelope

from aftercare_chassis.observability import tracing
from aftercare_chassis.observability.trace_context import TraceContext
from aftercare_chassis.observability.tracing import Attributes, Span

_SYSTEM = {"messaging.system": "kafka"}


def send(topic: str, partition: int, headers: dict[str, str]) -> Span | None:
    """Begin the span of a message that is about to be sent, and let its `traceparent` name it; None where its trace is not recorded."""
    parent = _recorded(headers.get("traceparent"), headers.get("tracestate"))
    if parent is None:
        return None
    attributes = {
        **_SYSTEM,
        **_operation("send"),
        "messaging.destination.name": topic,
        "messaging.destination.partition.id": str(partition),
        **_event({name: headers.get(f"ce_{name}", "") for name in ("id", "type", "source", "subject")}),
    }
    span = Span(f"send {topic}", parent, "PRODUCER", lambda: attributes)
    headers["traceparent"] = span.context.traceparent
    return span


def receive(envelopes: Sequence[Envelope], group: str) -> AbstractContextManager[object]:
    """The span of a chunk, with a link to each of its messages whose trace is recorded; without one of these nothing is recorded."""
    found = (_recorded(each.traceparent, each.tracestate) for each in envelopes) if tracing.is_on() else ()
    links = [each for each in found if each is not None]
    if not links:
        return nullcontext()
    topics = {each.topic for each in envelopes}
    destination = topics.pop() if len(topics) == 1 else None
    attributes: dict[str, str | int] = {
        **_SYSTEM,
        **_operation("receive"),
        "messaging.batch.message_count": len(envelopes),
        "messaging.consumer.group.name": group,
        **({"messaging.destination.name": destination} if destination else {}),
    }
    return Span(f"receive {destination or 'messages'}", None, "CLIENT", lambda: attributes, links)


def processed(envelope: Envelope, group: str) -> Attributes:
    """The attributes of the span in which an event is handled."""
    event = {"id": envelope.id, "type": envelope.type, "source": envelope.source, "subject": envelope.subject}
    return {
        **_SYSTEM,
        **_operation("process"),
        "messaging.destination.name": envelope.topic,
        "messaging.consumer.group.name": group,
        **_event(event),
    }


def _recorded(traceparent: str | None, tracestate: str | None) -> TraceContext | None:
    """The context of these headers, where its trace is recorded in this process."""
    found = tracing.parse(traceparent, tracestate) if tracing.is_on() else None
    return found if found is not None and found.sampled else None


def _operation(name: str) -> dict[str, str]:
    return {"messaging.operation.name": name, "messaging.operation.type": name}


def _event(attributes: Mapping[str, object]) -> Attributes:
    found = {f"cloudevents.event_{name}": str(value) for name, value in attributes.items()}
    return {**found, "messaging.message.id": found["cloudevents.event_id"]}
