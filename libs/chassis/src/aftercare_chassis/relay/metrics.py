"""The figures of the relay."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from aftercare_chassis.observability.metrics import SECONDS


class RelayMetrics:
    """The outbox, and what was sent from it."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._backlog = Gauge(
            "aftercare_outbox_backlog", "Events not yet on the log, up to 100,000.", registry=registry
        )
        self._age = Gauge(
            "aftercare_outbox_oldest_seconds", "Age of the oldest event not yet on the log.", registry=registry
        )
        self._blocked = Gauge("aftercare_outbox_blocked", "Aggregates whose events the log refuses.", registry=registry)
        self._shards = Gauge("aftercare_relay_buckets", "Shards this relay owns, of 64.", registry=registry)
        self._sent = Counter("aftercare_relay_events_total", "Events acknowledged by the log.", registry=registry)
        self._ack = Histogram(
            "aftercare_relay_ack_seconds", "Time to acknowledgement.", buckets=SECONDS, registry=registry
        )

    def acknowledged(self, events: int, seconds: float) -> None:
        """Count events that Kafka acknowledged after this many seconds."""
        self._sent.inc(events)
        self._ack.observe(seconds)

    def measured(self, *, backlog: int, age: float, blocked: int, owned: int) -> None:
        """Set the state of the outbox; `age` in seconds, `owned` shards of this relay."""
        self._backlog.set(backlog)
        self._age.set(age)
        self._blocked.set(blocked)
        self._shards.set(owned)

    def session_ended(self) -> None:
        """A relay without a session owns no shard."""
        self._shards.set(0)
