"""Spans: the pieces of work of a trace, which are recorded with OpenTelemetry where a collector is set.

A trace is sampled or not as a whole: what starts it decides by a ratio, and everything that follows from it, in every service, goes by
the flag in its `traceparent`. Callers have no say in it, unless they are trusted: see `received`. A span that is not recorded is a variable that is set, and its ids are made when they are asked for.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar, Token
from random import random
from typing import TYPE_CHECKING, Any, Self

from aftercare_chassis.observability.trace_context import TraceContext as TraceContext
from aftercare_chassis.observability.trace_context import parse as parse

if TYPE_CHECKING:
    from aftercare_chassis.observability.recording import Recorder

Attributes = Mapping[str, str | int | Sequence[str]]

_current: "ContextVar[Span | None]" = ContextVar("aftercare_trace", default=None)
_recorder: "Recorder | None" = None
_ratio = 1.0


def use(
    tracer: Any, ratio: float = 1.0
) -> None:  # Any: OpenTelemetry's Tracer, whose module is loaded only where it is used
    """Record spans with this OpenTelemetry tracer from now on; None records none. `ratio`: the part of new traces that is sampled."""
    global _recorder, _ratio
    _ratio = ratio
    if tracer is None:
        _recorder = None
        return
    from aftercare_chassis.observability.recording import Recorder

    _recorder = Recorder(tracer)


class Span:
    """A piece of work, as a context manager; see `span`."""

    __slots__ = ("_attributes", "_context", "_kind", "_links", "_name", "_parent", "_recorded", "_started", "_token")

    def __init__(
        self,
        name: str,
        parent: TraceContext | None,
        kind: str,
        attributes: Callable[[], Attributes] | None = None,
        links: Sequence[TraceContext] = (),
    ) -> None:
        self._name, self._parent, self._kind, self._attributes, self._links = name, parent, kind, attributes, links
        self._context: TraceContext | None = None
        # Any: OpenTelemetry's Span, whose module is loaded only where it is used.
        self._recorded: Any = None
        self._started = 0

    @property
    def context(self) -> TraceContext:
        """The trace and the span; the same every time."""
        if self._context is None:
            self.begin()
        return self._context  # type: ignore[return-value]

    @property
    def recorded(self) -> bool:
        """Whether it is being recorded. A span that waits until it is asked for is not."""
        return self._recorded is not None

    @property
    def begun(self) -> TraceContext | None:
        """The context, if it has been asked for."""
        return self._context

    def set(self, attributes: Attributes) -> None:
        """Add attributes; those that `recording.ATTRIBUTES` does not name are left out."""
        if self._recorded is not None and _recorder is not None:
            _recorder.set(self._recorded, attributes)

    def rename(self, name: str) -> None:
        """Give the span the name that was not yet known at its beginning."""
        if self._recorded is not None:
            self._recorded.update_name(name)

    def failed(self, error_type: str) -> None:
        """The work has failed: a code or the name of a class, never a message."""
        if self._recorded is not None and _recorder is not None:
            _recorder.fail(self._recorded, error_type)

    def begin(self) -> None:
        """Begin the span without making it that of the current work; the caller ends it."""
        parent = self._parent
        sampled = parent.sampled if parent is not None else _sampled(self._links)
        if _recorder is not None and sampled:
            attributes = self._attributes() if self._attributes is not None else {}
            started = self._started or None
            self._recorded = _recorder.start(self._name, parent, self._kind, attributes, self._links, started)
            self._context = _recorder.context_of(self._recorded)
        else:
            self._context = parent.child() if parent is not None else TraceContext.fresh(sampled=sampled)

    def __enter__(self) -> Self:
        if _recorder is not None and (self._parent is None or self._parent.sampled):
            self.begin()
        self._token: Token[Span | None] = _current.set(self)
        return self

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        _current.reset(self._token)
        self.end(error)

    def end(self, error: BaseException | None = None) -> None:
        """End the span; `error` is what has ended its work."""
        if self._recorded is not None:
            if error is not None:  # only the class: messages may quote personal data
                self.failed(type(error).__name__)
            self._recorded.end()


class _RootSpan(Span):
    """A span without a caller, recorded once its context is asked for: most looks for work find none."""

    __slots__ = ()

    def __enter__(self) -> Self:
        if _recorder is not None:
            self._started = time.time_ns()
        self._token = _current.set(self)
        return self


def _sampled(links: Sequence[TraceContext]) -> bool:
    """Whether a new trace is sampled: as one of those that caused it, else by the ratio."""
    if links:
        return any(each.sampled for each in links)
    return random() < _ratio  # noqa: S311 - no secret


def current() -> TraceContext | None:
    """The context of the current work, or None."""
    found = _current.get()
    return None if found is None else found.context


def begun() -> TraceContext | None:
    """As `current`, without beginning a span that waits until it is asked for; a new trace where there is no span."""
    found = _current.get()
    return TraceContext.fresh(sampled=_sampled(())) if found is None else found.begun


def recorded() -> bool:
    """Whether the current work is being recorded, so that a span within it is worth its cost."""
    found = _current.get()
    return found is not None and found.recorded


def is_on() -> bool:
    """Whether this process records spans at all."""
    return _recorder is not None


def span(
    name: str,
    traceparent: str | None = None,
    tracestate: str | None = None,
    *,
    kind: str = "INTERNAL",
    attributes: Callable[[], Attributes] | None = None,
) -> Span:
    """A span in the caller's trace, else in the current one, else in a new one. `kind` is one of OpenTelemetry's; `attributes` is called
    only where the span is recorded."""
    parent = parse(traceparent, tracestate) if traceparent else None
    if parent is None and (outer := _current.get()) is not None:
        parent = outer.context
    return Span(name, parent, kind, attributes)


def received(
    name: str, traceparent: str | None, tracestate: str | None = None, *, flag_counts: bool, kind: str = "SERVER"
) -> Span:
    """A span in the trace of whoever sent the headers, else in a new one. Whether it is recorded, with all that follows from it, is decided
    by the sender's flag where `flag_counts`, else by the ratio."""
    parent = parse(traceparent, tracestate)
    if parent is not None and not flag_counts:
        parent = TraceContext(parent.trace_id, parent.span_id, _sampled(()), parent.tracestate)
    return Span(name, parent, kind)


def unrecorded(traceparent: str | None, tracestate: str | None = None) -> Span:
    """A span that is never recorded, such as one of a probe; nothing that follows from it is."""
    found = parse(traceparent, tracestate)
    parent = found or TraceContext.fresh()
    return Span("", TraceContext(parent.trace_id, parent.span_id, False, parent.tracestate), "INTERNAL")


def new_trace(
    name: str, links: Sequence[TraceContext] = (), attributes: Callable[[], Attributes] | None = None
) -> Span:
    """A new trace for background work that no caller started; recorded once the work asks for its context. `links`: what caused it."""
    return _RootSpan(name, None, "INTERNAL", attributes, links)


def caused(name: str, traceparent: str | None, *, deferred: bool) -> Span:
    """A span for work that was put off when `traceparent` was current: in that trace, or where it is `deferred` (tried again, or done much
    later) in a trace of its own, with a link to it. Without `traceparent` it is a span of the current trace."""
    cause = parse(traceparent)
    if cause is None:
        return span(name)
    return new_trace(name, [cause]) if deferred else Span(name, cause, "INTERNAL")
