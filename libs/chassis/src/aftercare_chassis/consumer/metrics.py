"""The figures of the consumer."""

from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from aftercare_chassis.park_reason import ParkReason

_AGE_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300)


class ConsumerMetrics:
    """Events handled and parked, the lag, and what operators did."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._events = Counter("aftercare_consumer_events_total", "Events handled.", ["type"], registry=registry)
        self._by_type: dict[str, Counter] = {}
        self._age = Histogram(
            "aftercare_consumer_event_age_seconds",
            "From an event's commit to its effect here.",
            buckets=_AGE_SECONDS,
            registry=registry,
        )
        self._lag = Gauge("aftercare_consumer_lag", "Messages on the log not yet handled.", registry=registry)
        self._lag_seconds = Gauge(
            "aftercare_consumer_lag_seconds",
            "For how long the oldest message not yet handled has been waiting.",
            registry=registry,
        )
        self._topic_lag = Gauge(
            "aftercare_consumer_topic_lag", "Messages of a topic not yet handled.", ["topic"], registry=registry
        )
        self._paused = Gauge(
            "aftercare_consumer_paused_partitions",
            "Partitions that wait for an event of another topic, or for the database.",
            registry=registry,
        )
        self._rebuilds = Counter(
            "aftercare_consumer_rebuilds_total", "Kafka clients given up: stalled or failed.", registry=registry
        )
        self._register_parking(registry)

    def _register_parking(self, registry: CollectorRegistry) -> None:
        self._parked = Counter(
            "aftercare_consumer_parked_total", "Events set aside, by what is wrong.", ["trouble"], registry=registry
        )
        self._parked_events = Gauge(
            "aftercare_parked_events",
            "Events set aside that wait for an operator, up to 10,000, by what is wrong.",
            ["trouble"],
            registry=registry,
        )
        for reason in ParkReason:  # exported as 0 from the start: an alert on a series that is absent never fires
            self._parked.labels(reason)
            self._parked_events.labels(reason)
        self._parked_aggregates = Gauge(
            "aftercare_parked_aggregates", "Aggregates whose later events wait because of them.", registry=registry
        )
        self._decisions = Gauge(
            "aftercare_parked_decisions",
            "Parked events that operators retried or discarded, ever.",
            ["decision"],
            registry=registry,
        )
        self._replays = Gauge(
            "aftercare_replays",
            "Projections that are being rebuilt, or were rebuilt and not yet switched to.",
            registry=registry,
        )

    def handled(self, event_type: str, age: float) -> None:
        """Count an event that was handled `age` seconds after its commit."""
        child = self._by_type.get(event_type)
        if child is None:  # looking labels up costs more than counting
            child = self._by_type[event_type] = self._events.labels(event_type)
        child.inc()
        self._age.observe(max(age, 0.0))  # clocks of two machines may differ

    def lag(self, messages: Mapping[str, int], seconds: float, paused: int = 0) -> None:
        """Set how many messages of each topic wait on the log, for how long the oldest has, and how many partitions pause."""
        self._lag.set(sum(messages.values()))
        self._lag_seconds.set(seconds)
        self._topic_lag.clear()  # another process may have these partitions by now
        for topic, number in messages.items():
            self._topic_lag.labels(topic).set(number)
        self._paused.set(paused)

    def client_rebuilt(self) -> None:
        """Count a Kafka client that was replaced by another one."""
        self._rebuilds.inc()

    def parked(self, reason: ParkReason) -> None:
        """Count an event that was parked now."""
        self._parked.labels(reason).inc()

    def parked_events(self, events: Mapping[str, int], aggregates: int) -> None:
        """Set how many parked events wait for an operator, by reason, and how many aggregates wait with them."""
        for reason in ParkReason:
            self._parked_events.labels(reason).set(events.get(reason, 0))
        self._parked_aggregates.set(aggregates)

    def decisions(self, events: Mapping[str, int]) -> None:
        """Set how many parked events operators have retried or discarded so far."""
        for decision, number in events.items():
            self._decisions.labels(decision).set(number)

    def replays(self, number: int) -> None:
        """Set how many replays exist."""
        self._replays.set(number)
