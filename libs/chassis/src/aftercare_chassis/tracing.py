"""Trace context by the W3C rules: usable without OpenTelemetry, which is only loaded where an endpoint is set."""

import re
import secrets
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Self

_TRACEPARENT = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?\Z")


@dataclass(frozen=True, slots=True)
class TraceContext:
    """Where this piece of work belongs: the trace it is part of and its own span in it."""

    trace_id: str
    span_id: str
    sampled: bool = True

    @property
    def traceparent(self) -> str:
        """The header that carries this context on, over HTTP and in Kafka."""
        return f"00-{self.trace_id}-{self.span_id}-{'01' if self.sampled else '00'}"

    def child(self) -> "TraceContext":
        """A new span of the same trace."""
        return TraceContext(self.trace_id, secrets.token_hex(8), self.sampled)

    @classmethod
    def fresh(cls) -> Self:
        """A trace that starts here."""
        return cls(secrets.token_hex(16), secrets.token_hex(8))


_current: ContextVar[TraceContext | None] = ContextVar("aftercare_trace", default=None)


def parse(traceparent: str | None) -> TraceContext | None:
    """The context of a `traceparent` header, or None where it is missing or malformed."""
    match = _TRACEPARENT.match(traceparent) if traceparent else None
    if match is None:
        return None
    version, trace_id, span_id, flags, rest = match.groups()
    if version == "ff" or (version == "00" and rest) or not (trace_id.strip("0") and span_id.strip("0")):
        return None
    return TraceContext(trace_id, span_id, bool(int(flags, 16) & 1))


def enter(traceparent: str | None) -> TraceContext:
    """Continue the caller's trace, or start one; from here on `current()` answers with it."""
    caller = parse(traceparent)
    context = caller.child() if caller else TraceContext.fresh()
    _current.set(context)
    return context


def current() -> TraceContext | None:
    """The context of the work going on, where there is one."""
    return _current.get()


def current_traceparent() -> str | None:
    """The `traceparent` to send on, where work is going on."""
    context = _current.get()
    return context.traceparent if context else None
