"""Logs, figures and traces: told enough, and nothing of a person."""

import json
import logging
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
import structlog
from aftercare_chassis.consumer.metrics import ConsumerMetrics
from aftercare_chassis.observability import logs, tracing
from aftercare_chassis.observability.metrics import Metrics
from aftercare_chassis.park_reason import ParkReason
from aftercare_chassis.relay.metrics import RelayMetrics
from hypothesis import given
from hypothesis import strategies as st


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]) -> Iterator[Any]:
    root = logging.getLogger()
    before = (root.handlers[:], root.level)
    yield lambda: [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    structlog.reset_defaults()
    root.handlers[:], root.level = before


def test_unlisted_fields_keep_their_type_only(lines: Any) -> None:
    logs.configure("test-svc")
    structlog.get_logger().info("saved", phone="13800000000", name_of="王芳", case_id="case_1", count=3, body={"a": 1})
    [line] = lines()
    assert (line["event"], line["service"], line["level"]) == ("saved", "test-svc", "info")
    assert (line["phone"], line["name_of"], line["body"]) == ("<str>", "<str>", "<dict>")
    assert (line["case_id"], line["count"]) == ("case_1", 3)


def test_a_service_registers_the_log_fields_of_its_own(lines: Any) -> None:
    logs.configure("test-svc", fields=("partner",))
    structlog.get_logger().info("pushed", partner="sf-express", verdict="unknown")
    [line] = lines()
    assert (line["partner"], line["verdict"]) == ("sf-express", "<str>")


def test_exceptions_show_where_and_not_what(lines: Any) -> None:
    logs.configure("test-svc")
    try:
        raise ValueError("王芳 13800000000")
    except ValueError:
        structlog.get_logger().exception("failed")
        logging.getLogger("somelib").exception("failed for %s", "王芳")
    ours, theirs = lines()
    assert ours["error"] == theirs["error"] == "ValueError"
    assert "test_exceptions_show_where_and_not_what" in ours["where"]
    assert "王芳" not in json.dumps([ours, theirs], ensure_ascii=False)
    assert "13800000000" not in json.dumps([ours, theirs])


def test_lines_carry_the_trace(lines: Any) -> None:
    logs.configure("test-svc")
    with tracing.span("work") as context:
        structlog.get_logger().info("inside")
    structlog.get_logger().info("outside")
    inside, outside = lines()
    assert inside["trace_id"] == context.trace_id
    assert "trace_id" not in outside


@given(st.text())
def test_no_traceparent_is_an_error(header: str) -> None:
    assert tracing.parse(header) is None


@pytest.mark.parametrize(
    "header",
    [
        "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "00-00000000000000000000000000000000-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
        "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more",
        None,
    ],
)
def test_malformed_contexts_are_ignored(header: str | None) -> None:
    assert tracing.parse(header) is None


def test_a_context_survives_its_header() -> None:
    with tracing.span("first") as first, tracing.span("second") as second:
        assert second.trace_id == first.trace_id
        assert second.span_id != first.span_id
        assert tracing.parse(second.traceparent) == second
    assert tracing.current() is None
    later = "01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00-more"
    context = tracing.parse(later)
    assert context is not None
    assert not context.sampled


def test_spans_are_recorded_with_their_parents_when_switched_on() -> None:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    tracing.use(provider.get_tracer("test"))
    caller = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    try:
        with (
            pytest.raises(ValueError, match="王芳"),
            tracing.span("POST", caller, kind="SERVER"),
            tracing.span("inner"),
        ):
            raise ValueError("王芳")
    finally:
        tracing.use(None)
    inner, outer = exporter.get_finished_spans()
    assert outer.parent is not None
    assert (outer.parent.span_id, outer.context.trace_id) == (0xB7AD6B7169203331, 0x0AF7651916CD43DD8448EB211C80319C)
    assert inner.parent is not None
    assert inner.parent.span_id == outer.context.span_id
    assert outer.attributes == {"error.type": "ValueError"}
    assert not outer.events


def test_open_telemetry_is_not_loaded_until_wanted() -> None:
    code = (
        "import sys; import aftercare_chassis.http.middleware; from aftercare_chassis.observability import tracing; tracing.configure('x', None);"
        "print([m for m in sys.modules if m.split('.')[0]  == 'limits' or m.startswith('opentelemetry.sdk')])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_figures_of_relay_and_consumer_are_exposed() -> None:
    metrics = Metrics("test-svc")
    relay, consumer = metrics.of(RelayMetrics), metrics.of(ConsumerMetrics)
    relay.acknowledged(3, 0.01)
    relay.measured(backlog=7, age=1.5, blocked=1, owned=64)
    consumer.handled("OrderPaid.v1", -0.5)
    consumer.lag(9, 2.5)
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


def test_spans_reach_a_collector_before_the_process_ends() -> None:
    received: list[tuple[str, bytes]] = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.append((self.path, self.rfile.read(int(self.headers["content-length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Collector)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    code = (
        "from aftercare_chassis.observability import tracing;"
        f"tracing.configure('some-svc', 'http://127.0.0.1:{server.server_port}');\n"
        "with tracing.span('the work', kind='SERVER') as s: print(s.trace_id)"
    )
    try:
        ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    [(path, spans)] = received
    assert path == "/v1/traces"
    assert b"some-svc" in spans
    assert b"the work" in spans
    assert bytes.fromhex(ended.stdout.strip()) in spans
