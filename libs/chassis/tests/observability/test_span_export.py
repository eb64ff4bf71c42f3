"""Export by OTLP: the real wire format, and a collector that is away."""

import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
from aftercare_chassis.observability import span_export, tracing
from aftercare_chassis.observability.metrics import Metrics
from aftercare_chassis.testing.otlp_receiver import OtlpReceiver, otlp_receiver

CALLER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
PROCESS = """
import sys
from aftercare_chassis.observability import span_export, tracing
from aftercare_chassis.observability.metrics import Metrics
metrics = Metrics("some-svc")
span_export.configure("some-svc", sys.argv[1], 1.0, metrics)
for number in range(int(sys.argv[2])):
    with tracing.span("work", sys.argv[3], kind="SERVER", attributes=lambda: {"http.route": "/v1/things"}):
        pass
print(metrics.exposition().decode())
"""


def run(address: str, spans: int) -> str:
    """Record spans in a process of its own, to its end; its figures right before."""
    command = [sys.executable, "-c", PROCESS, address, str(spans), CALLER]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout


@pytest.fixture(scope="module")
def receiver() -> Iterator[OtlpReceiver]:
    with otlp_receiver() as made:
        yield made


def test_spans_reach_a_collector_before_the_process_ends(receiver: OtlpReceiver) -> None:
    before = time.time_ns()
    run(receiver.address, 3)
    found = receiver.spans()[-3:]
    assert {(each.service, each.name, each.kind) for each in found} == {("some-svc", "work", "SERVER")}
    assert {(each.trace_id, each.parent_id) for each in found} == {(CALLER[3:35], CALLER[36:52])}
    assert len({each.span_id for each in found}) == 3
    assert all(before <= each.started <= each.ended <= time.time_ns() for each in found)
    assert found[0].attributes == {"http.route": "/v1/things"}


def test_a_collector_that_is_away_costs_no_memory_and_little_time() -> None:
    """As many spans wait as the queue has room for; further ones are dropped and counted."""
    began = time.monotonic()
    figures = run("http://127.0.0.1:9", 8 * span_export.QUEUE)
    lost = sum(
        float(line.rpartition(" ")[2])
        for line in figures.splitlines()
        if line.startswith(('aftercare_spans_total{outcome="dropped"}', 'aftercare_spans_total{outcome="failed"}'))
    )
    assert lost >= 7 * span_export.QUEUE - span_export.BATCH, "all but those that wait, or are being sent"
    assert time.monotonic() - began < 40, "the process ends"


def test_the_queue_counts_what_it_sends_and_drops(receiver: OtlpReceiver) -> None:
    metrics = Metrics("some-svc")
    provider = span_export.provider("some-svc", f"{receiver.address}/v1/traces", metrics)
    tracing.use(provider.get_tracer("test"))
    try:
        for _ in range(5):
            with tracing.span("counted"):
                pass
        provider.shutdown()
    finally:
        tracing.use(None)
    assert 'aftercare_spans_total{outcome="sent"} 5.0' in metrics.exposition().decode()
    assert sum(each.name == "counted" for each in receiver.spans()) == 5
