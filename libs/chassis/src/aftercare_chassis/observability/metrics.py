"""What a process tells Prometheus. One registry per service object, so that tests may run several side by side.

Labels are route templates, event types and codes: never a raw path, an id or anything of a person.
"""

from collections.abc import Mapping
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector

from aftercare_chassis.park_reason import ParkReason

CONTENT_TYPE: Final = CONTENT_TYPE_PLAIN_0_0_4
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_EVENT_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300)


class Metrics:
    """The figures of one service process."""

    def __init__(self, service: str) -> None:
        self.registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        PlatformCollector(registry=registry)
        Gauge("aftercare_service_info", "Which service this is.", ["service"], registry=registry).labels(service).set(1)
        self._http(registry)
        self._relay(registry)
        self._consumer(registry)
        self._signals = Counter(
            "aftercare_signals_total", "Things worth an alert, by name.", ["signal", "source"], registry=registry
        )

    def _http(self, registry: CollectorRegistry) -> None:
        self._requests = Histogram(
            "aftercare_http_request_seconds",
            "Time to answer.",
            ["method", "route", "status"],
            buckets=_SECONDS,
            registry=registry,
        )
        self._answers: dict[tuple[str, str, int], Histogram] = {}
        self._waits = Histogram(
            "aftercare_command_wait_seconds",
            "How long commands waited for an event of another service, and whether it arrived.",
            ["arrived"],
            buckets=_SECONDS,
            registry=registry,
        )
        for arrived in ("yes", "no"):  # a figure that is 0 is told, too
            self._waits.labels(arrived)

    def _relay(self, registry: CollectorRegistry) -> None:
        self._backlog = Gauge(
            "aftercare_outbox_backlog", "Events not yet on the log, up to 100,000.", registry=registry
        )
        self._age = Gauge("aftercare_outbox_oldest_seconds", "Age of the oldest of them.", registry=registry)
        self._blocked = Gauge("aftercare_outbox_blocked", "Aggregates whose events the log refuses.", registry=registry)
        self._buckets = Gauge("aftercare_relay_buckets", "Buckets this relay owns, of 64.", registry=registry)
        self._sent = Counter("aftercare_relay_events_total", "Events acknowledged by the log.", registry=registry)
        self._ack = Histogram(
            "aftercare_relay_ack_seconds", "Time to acknowledgement.", buckets=_SECONDS, registry=registry
        )

    def _consumer(self, registry: CollectorRegistry) -> None:
        self._events = Counter("aftercare_consumer_events_total", "Events handled.", ["type"], registry=registry)
        self._handled: dict[str, Counter] = {}
        self._lag_age = Histogram(
            "aftercare_consumer_event_age_seconds",
            "From an event's commit to its effect here.",
            buckets=_EVENT_SECONDS,
            registry=registry,
        )
        self._lag = Gauge("aftercare_consumer_lag", "Messages on the log not yet handled.", registry=registry)
        self._lag_seconds = Gauge(
            "aftercare_consumer_lag_seconds", "How long the oldest of them has been waiting.", registry=registry
        )
        self._rebuilds = Counter(
            "aftercare_consumer_rebuilds_total", "Kafka clients given up: stalled or failed.", registry=registry
        )
        self._parked = Counter(
            "aftercare_consumer_parked_total", "Events set aside, by what is wrong.", ["trouble"], registry=registry
        )
        self._parked_events = Gauge(
            "aftercare_parked_events",
            "Events set aside that wait for an operator, up to 10,000, by what is wrong.",
            ["trouble"],
            registry=registry,
        )
        for trouble in ParkReason:  # a figure that is 0 is told: an alarm on one that was never seen would not go off
            self._parked.labels(trouble)
            self._parked_events.labels(trouble)
        self._parked_aggregates = Gauge(
            "aftercare_parked_aggregates", "Aggregates that stand still because of them.", registry=registry
        )
        self._decisions = Gauge(
            "aftercare_parked_decisions",
            "Parked events that operators retried or discarded, ever.",
            ["decision"],
            registry=registry,
        )
        self._replays = Gauge(
            "aftercare_replays",
            "Projections that are being made again, or stand beside the live ones.",
            registry=registry,
        )

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """One HTTP answer, under its route's template."""
        key = (method, route, status)
        child = self._answers.get(key)
        if child is None:  # looking labels up costs more than counting
            child = self._answers[key] = self._requests.labels(method, route, str(status))
        child.observe(seconds)

    def waited(self, seconds: float, *, arrived: bool) -> None:
        """A command that was refused at first waited so long for an event of another service."""
        self._waits.labels("yes" if arrived else "no").observe(seconds)

    def relay_acknowledged(self, events: int, seconds: float) -> None:
        """A batch the log has taken."""
        self._sent.inc(events)
        self._ack.observe(seconds)

    def relay_backlog(self, backlog: int, age: float, blocked: int, owned: int) -> None:
        """How the outbox stands."""
        self._backlog.set(backlog)
        self._age.set(age)
        self._blocked.set(blocked)
        self._buckets.set(owned)

    def relay_ended(self) -> None:
        """A relay that has lost its session owns nothing."""
        self._buckets.set(0)

    def consumed(self, event_type: str, age: float) -> None:
        """One event handled, and how old it was."""
        child = self._handled.get(event_type)
        if child is None:
            child = self._handled[event_type] = self._events.labels(event_type)
        child.inc()
        self._lag_age.observe(max(age, 0.0))

    def consumer_lag(self, behind: int, seconds: float) -> None:
        """How many messages wait on the log, and for how long the oldest has."""
        self._lag.set(behind)
        self._lag_seconds.set(seconds)

    def consumer_rebuilt(self) -> None:
        """A Kafka client was given up and another one takes its place."""
        self._rebuilds.inc()

    def parked_now(self, events: Mapping[str, int], aggregates: int) -> None:
        """What waits for an operator, by what is wrong with it."""
        for trouble in ParkReason:
            self._parked_events.labels(trouble).set(events.get(trouble, 0))
        self._parked_aggregates.set(aggregates)

    def mended(self, decisions: Mapping[str, int], replays: int) -> None:
        """What operators have done with parked events, and how many replays there are."""
        for decision, events in decisions.items():
            self._decisions.labels(decision).set(events)
        self._replays.set(replays)

    def parked(self, trouble: ParkReason) -> None:
        """One event set aside."""
        self._parked.labels(trouble).inc()

    def signal(self, name: str, source: str = "") -> None:
        """Count something worth an alert: `webhook_signature_failed` from a partner, an unknown code."""
        self._signals.labels(name, source).inc()

    def exposition(self) -> bytes:
        """All of it, in the text format."""
        return generate_latest(self.registry)
