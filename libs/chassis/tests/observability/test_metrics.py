"""The figures of a process in the text format of Prometheus."""

from aftercare_chassis.consumer.metrics import ConsumerMetrics
from aftercare_chassis.observability.metrics import Metrics
from aftercare_chassis.park_reason import ParkReason
from aftercare_chassis.relay.metrics import RelayMetrics


def test_figures_of_relay_and_consumer_are_exposed() -> None:
    metrics = Metrics("test-svc")
    relay, consumer = metrics.of(RelayMetrics), metrics.of(ConsumerMetrics)
    relay.acknowledged(3, 0.01)
    relay.measured(backlog=7, age=1.5, blocked=1, owned=64)
    consumer.handled("OrderPaid.v1", -0.5)
    consumer.lag({"notes": 2, "letters": 7}, 2.5, paused=1)
    consumer.client_rebuilt()
    consumer.parked_events({"sequence_gap": 1, "behind": 3}, 1)
    consumer.parked(ParkReason.SEQUENCE_GAP)
    metrics.signal("webhook_signature_failed", "zto")
    shown = metrics.exposition().decode().splitlines()
    for line in (
        'aftercare_service_info{service="test-svc"} 1.0',
        "aftercare_outbox_backlog 7.0",
        "aftercare_outbox_oldest_seconds 1.5",
        "aftercare_outbox_blocked 1.0",
        "aftercare_relay_buckets 64.0",
        "aftercare_relay_events_total 3.0",
        'aftercare_consumer_events_total{type="OrderPaid.v1"} 1.0',
        "aftercare_consumer_event_age_seconds_sum 0.0",
        "aftercare_consumer_lag 9.0",
        'aftercare_consumer_topic_lag{topic="letters"} 7.0',
        "aftercare_consumer_paused_partitions 1.0",
        "aftercare_consumer_lag_seconds 2.5",
        "aftercare_consumer_rebuilds_total 1.0",
        'aftercare_parked_events{trouble="behind"} 3.0',
        'aftercare_parked_events{trouble="contradiction"} 0.0',
        "aftercare_parked_aggregates 1.0",
        'aftercare_consumer_parked_total{trouble="sequence_gap"} 1.0',
        'aftercare_consumer_parked_total{trouble="unreadable"} 0.0',
        'aftercare_signals_total{signal="webhook_signature_failed",source="zto"} 1.0',
    ):
        assert line in shown
