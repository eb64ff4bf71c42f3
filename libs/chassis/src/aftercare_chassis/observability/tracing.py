"""W3C Trace Context and spans. OpenTelemetry is loaded only where an endpoint is set; trace ids exist without it."""

import re
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from random import getrandbits
from typing import Any, Self

_TRACEPARENT = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?\Z")
# W3C Trace Context, "tracestate header": at most 32 members `key=value`, of which at least 512 characters are passed on.
_MEMBER = re.compile(r"[a-z0-9][a-z0-9_*/@-]{0,255}=[\x20-\x2b\x2d-\x3c\x3e-\x7e]{1,256}")
_MOST_MEMBERS, _LONGEST_STATE = 32, 512


def _random(bits: int) -> str:
    """Random bits in hex. An id is no secret: asking the kernel for each one would cost more than the rest of a span."""
    return f"{getrandbits(bits):0{bits // 4}x}"


@dataclass(frozen=True, slots=True)
class TraceContext:
    """The trace and the span to which a piece of work belongs.

    `tracestate` is what the callers' tracing systems wrote into the header of that name; it is passed on unchanged.
    """

    trace_id: str
    span_id: str
    sampled: bool = True
    tracestate: str | None = None

    @property
    def traceparent(self) -> str:
        """The header that carries this context, over HTTP and in Kafka."""
        return f"00-{self.trace_id}-{self.span_id}-{'01' if self.sampled else '00'}"

    def child(self) -> "TraceContext":
        """A new span of the same trace."""
        return TraceContext(self.trace_id, _random(64), self.sampled, self.tracestate)

    @classmethod
    def fresh(cls) -> Self:
        """A new trace with its first span."""
        return cls(_random(128), _random(64))


_current: "ContextVar[TraceContext | _LazySpan | None]" = ContextVar("aftercare_trace", default=None)


def parse(traceparent: str | None, tracestate: str | None = None) -> TraceContext | None:
    """The context of the two headers, or None where `traceparent` is missing or malformed; a malformed `tracestate` is dropped."""
    match = _TRACEPARENT.match(traceparent) if traceparent else None
    if match is None:
        return None
    version, trace_id, span_id, flags, rest = match.groups()
    if version == "ff" or (version == "00" and rest) or not (trace_id.strip("0") and span_id.strip("0")):
        return None
    return TraceContext(trace_id, span_id, bool(int(flags, 16) & 1), _state(tracestate) if tracestate else None)


def _state(tracestate: str) -> str | None:
    """The list without empty members, cut after the last one that fits into 512 characters; None where it is malformed
    or empty."""
    members = [member for part in tracestate.split(",") if (member := part.strip(" \t"))]
    keys = {member.partition("=")[0] for member in members}
    valid = all(_MEMBER.fullmatch(member) for member in members)
    if not valid or len(keys) < len(members) or len(members) > _MOST_MEMBERS:
        return None
    while len(state := ",".join(members)) > _LONGEST_STATE:
        members.pop()
    return state or None


def current() -> TraceContext | None:
    """The context of the current work, or None."""
    found = _current.get()
    if isinstance(found, _LazySpan):
        found = _next(parse(found.traceparent, found.tracestate) or found.outer)
        _current.set(found)
    return found


_tracer: Any = None  # Any: OpenTelemetry's Tracer, whose module is only loaded where an endpoint is set


def configure(service: str, endpoint: str | None) -> None:
    """Send spans to an OTLP endpoint over HTTP. Without one OpenTelemetry is not loaded, which saves memory."""
    if not endpoint:
        return
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider = TracerProvider(resource=Resource.create({"service.name": service}))
    address = endpoint.rstrip("/")
    address = address if address.endswith("/v1/traces") else f"{address}/v1/traces"
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=address)))
    use(provider.get_tracer("aftercare"))


def use(tracer: Any) -> None:  # OpenTelemetry's Tracer
    """Record spans with this OpenTelemetry tracer from now on; None records none."""
    global _tracer
    _tracer = tracer


@contextmanager
def span(
    name: str, traceparent: str | None = None, tracestate: str | None = None, *, kind: str = "INTERNAL"
) -> Iterator[TraceContext]:
    """A span in the caller's trace, else in the current one, else in a new one. `kind` is one of OpenTelemetry's."""
    parent = parse(traceparent, tracestate) or current()
    recorded = _record(name, parent, kind) if _tracer is not None else None
    context = _context_of(recorded) if recorded is not None else _next(parent)
    token = _current.set(context)
    try:
        yield context
    except BaseException as error:
        if recorded is not None:  # only the class: messages may quote personal data
            recorded.set_attribute("error.type", type(error).__name__)
        raise
    finally:
        _current.reset(token)
        if recorded is not None:
            recorded.end()


class _LazySpan:
    """A span that is not recorded. Its context is made when it is asked for: handling an event seldom needs one."""

    __slots__ = ("_token", "outer", "traceparent", "tracestate")

    def __init__(self, traceparent: str | None, tracestate: str | None, outer: TraceContext | None) -> None:
        self.traceparent, self.tracestate, self.outer = traceparent, tracestate, outer

    def __enter__(self) -> None:
        self._token = _current.set(self)

    def __exit__(self, *_: object) -> None:
        _current.reset(self._token)


def light_span(
    name: str, traceparent: str | None, tracestate: str | None, *, kind: str
) -> AbstractContextManager[object]:
    """As `span`, for work that is done thousands of times a second and seldom asks for its context."""
    if _tracer is None:
        return _LazySpan(traceparent, tracestate, current())
    return span(name, traceparent, tracestate, kind=kind)


def new_trace() -> AbstractContextManager[object]:
    """A new trace for background work that no caller started; made when the work asks for it, not recorded as a span."""
    return _LazySpan(None, None, None)


def _next(parent: TraceContext | None) -> TraceContext:
    return parent.child() if parent else TraceContext.fresh()


def _record(name: str, parent: TraceContext | None, kind: str) -> Any:  # OpenTelemetry's Span
    from opentelemetry import trace

    context = None
    if parent is not None:
        flags = trace.TraceFlags(trace.TraceFlags.SAMPLED if parent.sampled else 0)
        state = trace.TraceState.from_header([parent.tracestate]) if parent.tracestate else None
        ids = int(parent.trace_id, 16), int(parent.span_id, 16)
        remote = trace.SpanContext(*ids, is_remote=True, trace_flags=flags, trace_state=state)
        context = trace.set_span_in_context(trace.NonRecordingSpan(remote))
    return _tracer.start_span(name, context=context, kind=trace.SpanKind[kind])


def _context_of(recorded: Any) -> TraceContext:  # OpenTelemetry's Span
    found = recorded.get_span_context()
    state = found.trace_state.to_header() or None
    return TraceContext(f"{found.trace_id:032x}", f"{found.span_id:016x}", found.trace_flags.sampled, state)
