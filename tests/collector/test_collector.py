"""A real OpenTelemetry collector between a service's process and what it exports to; and one that is killed meanwhile."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from aftercare_chassis.testing.otlp_receiver import OtlpReceiver, otlp_receiver
from aftercare_cli.stack import ports
from aftercare_cli.stack.processes import Processes
from aftercare_cli.testing.reaper import reaper

COLLECTOR = os.environ.get("AFTERCARE_COLLECTOR", "")
pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(
        not COLLECTOR, reason="no collector: `make test-collector` builds one with Go and runs this test"
    ),
]
SECONDS = 60.0
CALLER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
CONFIGURATION = """
receivers:
  otlp: {{protocols: {{http: {{endpoint: "127.0.0.1:{port}"}}}}}}
processors:
  batch: {{timeout: 200ms}}
exporters:
  otlphttp: {{endpoint: "{target}"}}
service:
  telemetry: {{metrics: {{level: none}}}}
  pipelines:
    traces: {{receivers: [otlp], processors: [batch], exporters: [otlphttp]}}
"""
# Records a span for each line that it reads, and answers with what has become of them all.
PROCESS = """
import sys
from aftercare_chassis.observability import span_export, tracing
from aftercare_chassis.observability.metrics import Metrics
metrics = Metrics("order-svc")
span_export.configure("order-svc", sys.argv[1], 1.0, metrics)
for line in sys.stdin:
    with tracing.span("work", line.strip(), kind="SERVER", attributes=lambda: {"http.route": "/v1/orders"}):
        with tracing.span("transaction", kind="CLIENT"):
            pass
    found = {s.labels["outcome"]: s.value for m in metrics.registry.collect() for s in m.samples if s.name == "aftercare_spans_total"}
    print(int(found["sent"]), int(found["failed"]), flush=True)
"""


@contextmanager
def collector(folder: Path, port: int, target: str) -> Iterator[None]:
    """A collector that takes OTLP at the port and sends it on. It is killed at the end."""
    file, processes = folder / "collector.yaml", Processes(folder / "run", folder)
    file.write_text(CONFIGURATION.format(port=port, target=target))
    processes.records.mkdir(exist_ok=True)
    with reaper(folder):
        processes.start("collector", [COLLECTOR, "--config", str(file)])
        wait(lambda: answers(port), f"the collector to listen: {processes.log('collector').read_text()[-500:]}")
        yield
        processes.stop("collector", how=signal.SIGKILL)


def answers(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/v1/traces", trust_env=False).status_code == 405
    except httpx.TransportError:
        return False


def wait(condition: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < end, f"waited in vain for {what}"
        time.sleep(0.05)


class Service:
    """A process that records spans when it is asked to."""

    def __init__(self, address: str) -> None:
        command = [sys.executable, "-c", PROCESS, address]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def work(self) -> tuple[int, int]:
        """Record two spans; how many were sent and how many failed so far."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{CALLER}\n")
        self._process.stdin.flush()
        sent, failed = self._process.stdout.readline().split()
        return int(sent), int(failed)

    def end(self) -> None:
        self._process.communicate(timeout=SECONDS)


@pytest.fixture
def receiver() -> Iterator[OtlpReceiver]:
    with otlp_receiver() as made:
        yield made


def test_spans_pass_a_real_collector_unchanged_and_one_that_was_killed_takes_them_again(
    receiver: OtlpReceiver, tmp_path: Path
) -> None:
    port = ports.choose()
    service = Service(f"http://127.0.0.1:{port}")
    try:
        with collector(tmp_path, port, receiver.address):
            service.work()
            wait(lambda: len(receiver.spans()) == 2, "the first two spans")
        inner, outer = sorted(receiver.spans(), key=lambda each: each.name)
        assert (inner.name, outer.name) == ("transaction", "work")
        assert (inner.service, inner.kind, outer.kind) == ("order-svc", "CLIENT", "SERVER")
        assert (outer.trace_id, outer.parent_id, inner.parent_id) == (CALLER[3:35], CALLER[36:52], outer.span_id)
        assert outer.attributes == {"http.route": "/v1/orders"}
        wait(lambda: service.work()[1] > 0, "spans that nobody takes")
        began = time.monotonic()
        service.work()
        assert time.monotonic() - began < 1, "work does not wait for the collector"
        with collector(tmp_path, port, receiver.address):
            before = service.work()[0]
            wait(lambda: service.work()[0] > before, "spans to be sent again")
    finally:
        service.end()
    assert {each.name for each in receiver.spans()} == {"transaction", "work"}
