"""Spans that are recorded in this process."""

from collections.abc import Iterator
from contextlib import contextmanager

from aftercare_chassis.observability import tracing
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter


class Recorded:
    """The spans that have ended, oldest first."""

    def __init__(self, exporter: InMemorySpanExporter) -> None:
        self._exporter = exporter

    def all(self) -> list[ReadableSpan]:
        return list(self._exporter.get_finished_spans())

    def one(self, name: str) -> ReadableSpan:
        [found] = [each for each in self.all() if each.name == name]
        return found


@contextmanager
def recording(ratio: float = 1.0) -> Iterator[Recorded]:
    """Record the spans of the block in memory."""
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    tracing.use(provider.get_tracer("test"), ratio)
    try:
        yield Recorded(exporter)
    finally:
        tracing.use(None)


def parent_of(span: ReadableSpan) -> int | None:
    """The id of the span above this one."""
    return span.parent.span_id if span.parent is not None else None


def id_of(span: ReadableSpan) -> int:
    return int(span.get_span_context().span_id)
