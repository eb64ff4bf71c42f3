"""W3C Trace Context: which trace and span a piece of work belongs to, and the headers that carry it."""

import re
from dataclasses import dataclass
from random import getrandbits
from typing import Self

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

    `sampled`: whether the spans of the trace are recorded. `tracestate` is what the callers' tracing systems wrote into the header of
    that name; it is passed on unchanged.
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
    def fresh(cls, *, sampled: bool = True) -> Self:
        """A new trace with its first span."""
        return cls(_random(128), _random(64), sampled)


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
