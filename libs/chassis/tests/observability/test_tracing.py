"""Trace context as W3C defines it, and spans that are recorded where a collector is set."""

import subprocess
import sys

import pytest
from aftercare_chassis.observability import tracing
from hypothesis import given
from hypothesis import strategies as st

TRACE = "0af7651916cd43dd8448eb211c80319c"
CALLER = {"traceparent": f"00-{TRACE}-b7ad6b7169203331-01", "tracestate": "vendor=one,other=2"}


@given(st.text())
def test_no_traceparent_raises_an_error(header: str) -> None:
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
        assert second.context.trace_id == first.context.trace_id
        assert second.context.span_id != first.context.span_id
        assert tracing.parse(second.context.traceparent) == second.context
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


def test_open_telemetry_is_loaded_only_where_an_endpoint_is_set() -> None:
    code = (
        "import sys; import aftercare_chassis.processes; from aftercare_chassis.observability import metrics, span_export;"
        "span_export.configure('x', None, 1, metrics.Metrics('x'));"
        "print([m for m in sys.modules if m.startswith('opentelemetry.sdk')])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


@pytest.mark.parametrize(
    ("given", "passed_on"),
    [
        ("a=1", "a=1"),
        (" a=1 ,\tb@c=2,", "a=1,b@c=2"),
        ("1a=b c", "1a=b c"),
        ("", None),
        (",", None),
        ("a", None),
        ("A=1", None),
        ("a=1=2", None),
        ("a=é", None),
        ("a=1,a=2", None),
        ("a=" + "x" * 257, None),
        (",".join(f"k{n}=1" for n in range(33)), None),
        (f"a={'x' * 256},b={'y' * 200},c={'z' * 100}", f"a={'x' * 256},b={'y' * 200}"),
    ],
)
def test_a_tracestate_is_passed_on_unchanged_or_dropped(given: str, passed_on: str | None) -> None:
    found = tracing.parse(CALLER["traceparent"], given)
    assert found is not None
    assert found.tracestate == passed_on
    assert found.child().tracestate == passed_on


def test_recorded_spans_keep_the_tracestate() -> None:
    from opentelemetry.sdk.trace import TracerProvider

    tracing.use(TracerProvider().get_tracer("test"))
    try:
        with tracing.span("POST", *CALLER.values(), kind="SERVER") as span:
            context = span.context
            assert (context.trace_id, context.tracestate) == (TRACE, CALLER["tracestate"])
    finally:
        tracing.use(None)
