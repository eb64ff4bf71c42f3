"""Spans as OpenTelemetry records them. Loaded only where a collector is set, because that takes memory and time.

Names and attributes are those of OpenTelemetry's semantic conventions: for HTTP, messaging (Kafka), databases and CloudEvents, and
`aftercare.*` where these have none. Left out are attributes that contain ids, secrets or texts of people: the path, the query and the
full URL of a request, addresses of clients, statements and their parameters, messages of errors.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from opentelemetry import trace

from aftercare_chassis.observability.trace_context import TraceContext
from aftercare_chassis.observability.tracing import Attributes

ATTRIBUTES = frozenset(
    """
    aftercare.table aftercare.worker
    cloudevents.event_id cloudevents.event_source cloudevents.event_subject cloudevents.event_type
    db.system.name error.type
    http.request.method http.response.status_code http.route
    messaging.batch.message_count messaging.consumer.group.name messaging.destination.name
    messaging.destination.partition.id messaging.kafka.offset messaging.message.id
    messaging.operation.name messaging.operation.type messaging.system
    server.address server.port url.scheme
    """.split()  # noqa: SIM905
)
"""The only attributes that are recorded."""


class Recorder:
    """Records spans with one OpenTelemetry tracer."""

    def __init__(self, tracer: trace.Tracer) -> None:
        self._tracer = tracer

    def start(
        self,
        name: str,
        parent: TraceContext | None,
        kind: str,
        attributes: Attributes,
        links: Iterable[TraceContext] = (),
        started: int | None = None,
    ) -> trace.Span:
        """A span that has begun now, or at `started` (nanoseconds since 1970); the caller ends it."""
        context = trace.set_span_in_context(trace.NonRecordingSpan(_otel(parent))) if parent is not None else None
        # Any: OpenTelemetry has its own union of the types of values.
        allowed: Any = {key: value for key, value in attributes.items() if key in ATTRIBUTES}
        linked = [trace.Link(_otel(each)) for each in links]
        return self._tracer.start_span(name, context, trace.SpanKind[kind], allowed, linked, started)

    def set(self, span: trace.Span, attributes: Attributes) -> None:
        """Add the allowed ones of these attributes."""
        for key, value in attributes.items():
            if key in ATTRIBUTES:
                span.set_attribute(key, value)

    def fail(self, span: trace.Span, error_type: str) -> None:
        """Mark the span as one of failed work."""
        span.set_attribute("error.type", error_type)
        span.set_status(trace.StatusCode.ERROR)

    def context_of(self, span: trace.Span) -> TraceContext:
        """The context of a span."""
        found = span.get_span_context()
        state = found.trace_state.to_header() or None
        return TraceContext(f"{found.trace_id:032x}", f"{found.span_id:016x}", found.trace_flags.sampled, state)


def _otel(context: TraceContext) -> trace.SpanContext:
    flags = trace.TraceFlags(trace.TraceFlags.SAMPLED if context.sampled else 0)
    state: Sequence[str] = [context.tracestate] if context.tracestate else ()
    return trace.SpanContext(
        int(context.trace_id, 16),
        int(context.span_id, 16),
        is_remote=True,
        trace_flags=flags,
        trace_state=trace.TraceState.from_header(list(state)) if state else None,
    )
