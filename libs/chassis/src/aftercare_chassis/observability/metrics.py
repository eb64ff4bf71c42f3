"""The metrics of a process, in Prometheus's text format.

There is one registry per service object, so that tests may run several services in one process. Each package of the chassis
defines its own figures (`consumer/metrics.py`, `relay/metrics.py`, `http/metrics.py`) over this registry. Labels are route
templates, event types and codes: never a raw path, an id or personal data.
"""

from collections.abc import Callable
from typing import Final, TypeVar

from prometheus_client import CollectorRegistry, Counter, Gauge, disable_created_metrics
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector

CONTENT_TYPE: Final = CONTENT_TYPE_PLAIN_0_0_4
SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
"""The buckets of a histogram of durations of up to ten seconds."""

# A series per counter with the time at which it was made, which nothing reads.
disable_created_metrics()  # type: ignore[no-untyped-call]

F = TypeVar("F")
Figures = Callable[[CollectorRegistry], object]
"""Makes the figures of a package, which registers and exports them."""


class Metrics:
    """The registry of one service process, and the signals that every package may count."""

    def __init__(self, service: str) -> None:
        self.registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        PlatformCollector(registry=registry)
        Gauge("aftercare_service_info", "Which service this is.", ["service"], registry=registry).labels(service).set(1)
        self._signals = Counter(
            "aftercare_signals_total", "Things worth an alert, by name.", ["signal", "source"], registry=registry
        )
        self._figures: dict[Figures, object] = {}

    def of(self, figures: Callable[[CollectorRegistry], F]) -> F:
        """Return the process's one instance of a package's figures. The first call registers and exports them."""
        if figures not in self._figures:
            self._figures[figures] = figures(self.registry)
        return self._figures[figures]  # type: ignore[return-value]

    def signal(self, name: str, source: str = "") -> None:
        """Count something worth an alert: `webhook_signature_failed` of a partner, an unknown code."""
        self._signals.labels(name, source).inc()

    def exposition(self) -> bytes:
        """Return all figures in the text format."""
        return generate_latest(self.registry)
