"""Spans on their way to a collector: a bounded queue, which a thread empties by OTLP over HTTP.

Nothing waits for the collector. While it is away the queue fills up, and further spans are dropped and counted. The end of the process
is delayed by at most END_SECONDS and one request.
"""

import atexit
import threading
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter

from aftercare_chassis.observability import tracing
from aftercare_chassis.observability.metrics import Metrics

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

QUEUE, BATCH = 2048, 512
"""The most spans that wait, and the most that one request has."""
SEND_SECONDS, END_SECONDS = 3.0, 2.0
"""How long one request may take with its repetitions, and for how long further ones begin once the process ends."""
NAMESPACE = "aftercare"


class SpanMetrics:
    """What becomes of recorded spans."""

    def __init__(self, registry: CollectorRegistry) -> None:
        spans = Counter(
            "aftercare_spans_total",
            "Recorded spans: sent to the collector, failed (it did not take them), or dropped (too many waited).",
            ["outcome"],
            registry=registry,
        )
        self.sent, self.failed, self.dropped = (spans.labels(name) for name in ("sent", "failed", "dropped"))


def configure(service: str, endpoint: str | None, ratio: float, metrics: Metrics) -> None:
    """Send spans to an OTLP endpoint. Without one OpenTelemetry is not loaded, which saves memory."""
    if not endpoint:
        return
    address = endpoint.rstrip("/")
    made = provider(service, address if address.endswith("/v1/traces") else f"{address}/v1/traces", metrics)
    tracing.use(made.get_tracer(NAMESPACE), ratio)


def provider(service: str, address: str, metrics: Metrics) -> "TracerProvider":
    """OpenTelemetry's provider of tracers whose spans are sent to this address, at the latest when the process ends."""
    from opentelemetry.exporter.otlp.proto.http import Compression
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult

    figures = metrics.of(SpanMetrics)
    waiting = _Waiting()

    class Exporter(SpanExporter):
        """Counts, and once the process ends gives up in time."""

        def __init__(self) -> None:
            self._http = OTLPSpanExporter(endpoint=address, timeout=SEND_SECONDS, compression=Compression.Gzip)
            self.end = float("inf")

        def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
            waiting.left(len(spans))
            taken = time.monotonic() < self.end and self._http.export(spans) is SpanExportResult.SUCCESS
            (figures.sent if taken else figures.failed).inc(len(spans))
            return SpanExportResult.SUCCESS if taken else SpanExportResult.FAILURE

        def shutdown(self) -> None:
            self._http.shutdown()  # type: ignore[no-untyped-call]

    class Processor(BatchSpanProcessor):
        """Drops the newest spans and not the oldest, and without a line in the log for each."""

        def on_end(self, span: ReadableSpan) -> None:
            if waiting.join():
                super().on_end(span)
            else:
                figures.dropped.inc()

    def end() -> None:
        exporter.end = time.monotonic() + END_SECONDS
        provider.shutdown()

    resource = Resource.create({"service.name": service, "service.namespace": NAMESPACE})
    exporter, provider = Exporter(), TracerProvider(resource=resource, shutdown_on_exit=False)
    provider.add_span_processor(Processor(exporter, max_queue_size=QUEUE, max_export_batch_size=BATCH))
    atexit.register(end)
    return provider


class _Waiting:
    """The number of spans in the queue."""

    def __init__(self) -> None:
        self._number, self._lock = 0, threading.Lock()

    def join(self) -> bool:
        """Count one more, if there is room for it."""
        with self._lock:
            if self._number >= QUEUE:
                return False
            self._number += 1
            return True

    def left(self, number: int) -> None:
        with self._lock:
            self._number -= number
