"""The metrics of the HTTP server."""

from typing import Protocol

from prometheus_client import CollectorRegistry, Gauge, Histogram

from aftercare_chassis.observability.metrics import SECONDS


class Held(Protocol):
    """What requests hold of a process for longer than they take, by the counts of its runtime."""

    streams: int
    waiting: int


class RequestMetrics:
    """Requests, and commands that waited for an event."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._requests = Histogram(
            "aftercare_http_request_seconds",
            "From a request to the start of its response.",
            ["method", "route", "status"],
            buckets=SECONDS,
            registry=registry,
        )
        self._by_labels: dict[tuple[str, str, int], Histogram] = {}
        self._waits = Histogram(
            "aftercare_command_wait_seconds",
            "How long commands waited for an event of another service, and whether it arrived.",
            ["arrived"],
            buckets=SECONDS,
            registry=registry,
        )
        for arrived in ("yes", "no"):  # exported as 0 from the start, so that an alarm can compare with it
            self._waits.labels(arrived)

        self._streams = Gauge("aftercare_http_open_streams", "Event streams that are open.", registry=registry)
        self._waiting = Gauge(
            "aftercare_commands_waiting", "Commands that wait for an event of another service.", registry=registry
        )

    def watch(self, held: Held) -> None:
        """Read these counts whenever the figures are scraped."""
        self._streams.set_function(lambda: held.streams)
        self._waiting.set_function(lambda: held.waiting)

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a response, under the template of its route."""
        key = (method, route, status)
        child = self._by_labels.get(key)
        if child is None:  # looking labels up costs more than counting
            child = self._by_labels[key] = self._requests.labels(method, route, str(status))
        child.observe(seconds)

    def waited(self, seconds: float, *, arrived: bool) -> None:
        """Count a command that was refused at first and waited this long for an event of another service."""
        self._waits.labels("yes" if arrived else "no").observe(seconds)
