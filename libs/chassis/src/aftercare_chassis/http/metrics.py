"""The metrics of the HTTP server."""

from typing import Protocol

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from aftercare_chassis.observability.metrics import SECONDS

_CLOSE_CODES, _OTHER_CODE = {1000, 1001, 1003, 1005, 1006, 1007, 1008, 1009, 1011, 1012, 4401, 4403, 4408}, "other"


class Held(Protocol):
    """What requests hold of a process for longer than they take, by the counts of its runtime."""

    streams: int

    @property
    def waiting(self) -> int: ...


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
        for arrived in ("yes", "no"):  # exported as 0 from the start, so that an alert can compare with it
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


class Load(Protocol):
    """How many requests run and wait in this process."""

    running: int
    waiting: int


class AdmissionMetrics:
    """Requests that wait for their turn, and those that were refused for the sake of the others.

    The latter are not among `aftercare_http_request_seconds`: their route is not looked for.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        self._refused = Counter(
            "aftercare_http_shed_total",
            "Requests refused because the process is overloaded.",
            ["priority", "code"],
            registry=registry,
        )
        self._waits = Histogram(
            "aftercare_http_wait_seconds",
            "Time that requests waited for their turn, of those that waited.",
            ["priority"],
            buckets=SECONDS,
            registry=registry,
        )
        self._running = Gauge("aftercare_http_running", "Requests that run.", registry=registry)
        self._waiting = Gauge("aftercare_http_waiting", "Requests that wait for their turn.", registry=registry)
        self._by_labels: dict[tuple[str, str], Counter] = {}

    def watch(self, load: Load) -> None:
        """Export the numbers of this process."""
        self._running.set_function(lambda: load.running)
        self._waiting.set_function(lambda: load.waiting)

    def export(self, priority: str, code: str) -> None:
        """Export refusals of this kind as 0 from the start, so that an alert sees the first ones."""
        self._by_labels[priority, code] = self._refused.labels(priority, code)

    def refused(self, priority: str, code: str) -> None:
        """Count a refusal."""
        self._by_labels[priority, code].inc()

    def waited(self, priority: str, seconds: float) -> None:
        """Count a request that waited, whether it had a turn or not."""
        self._waits.labels(priority).observe(seconds)


class SocketMetrics:
    """WebSockets of people."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._open = Gauge("aftercare_http_open_sockets", "WebSockets that are open.", registry=registry)
        self._closed = Counter(
            "aftercare_http_sockets_closed_total",
            "WebSockets that were closed, by the code of RFC 6455, or of ours from 4000 on.",
            ["code"],
            registry=registry,
        )
        for code in ("1000", "1012", "4401", "4408", _OTHER_CODE):
            self._closed.labels(code)

    def opened(self) -> None:
        """Count an open one."""
        self._open.inc()

    def closed(self, code: int) -> None:
        """Count one that is open no longer. Clients send any code."""
        self._open.dec()
        self._closed.labels(str(code) if code in _CLOSE_CODES else _OTHER_CODE).inc()
