"""Whose `traceparent` decides whether a trace is recorded."""

from ipaddress import ip_network

import pytest
from aftercare_chassis.http.request_spans import RequestSpans
from aftercare_chassis.observability import tracing

TRACE, STATE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331", "vendor=1"
TRUSTED = tuple(map(ip_network, ("10.0.4.0/24", "2001:db8::7")))


@pytest.fixture(params=[0.0, 1.0])
def ratio(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> float:
    monkeypatch.setattr(tracing, "_ratio", request.param)
    return float(request.param)


def context_for(client: str | None, flag: str, path: str = "/v1/tallies") -> tracing.TraceContext:
    scope = {"path": path, "client": (client, 40000) if client is not None else None}
    return RequestSpans(TRUSTED).begin(scope, "GET", f"{TRACE}-{flag}", STATE).context


@pytest.mark.parametrize("client", ["10.0.4.9", "2001:db8::7", "::ffff:10.0.4.9"])
@pytest.mark.parametrize(("flag", "sampled"), [("00", False), ("01", True)])
def test_a_trusted_caller_decides(ratio: float, client: str, flag: str, sampled: bool) -> None:
    assert context_for(client, flag).sampled is sampled


@pytest.mark.parametrize("client", ["10.0.5.9", "2001:db8::8", "127.0.0.1", "/run/socket", "", None])
@pytest.mark.parametrize("flag", ["00", "01"])
def test_of_any_other_caller_the_ratio_decides_and_the_trace_goes_on(
    ratio: float, client: str | None, flag: str
) -> None:
    context = context_for(client, flag)
    assert context.sampled is (ratio == 1)
    assert (context.trace_id, context.tracestate) == (TRACE[3:35], STATE)


def test_by_default_nobody_is_trusted(ratio: float) -> None:
    span = RequestSpans(()).begin({"path": "/", "client": ("10.0.4.9", 1)}, "GET", f"{TRACE}-01", None)
    assert span.context.sampled is (ratio == 1)


@pytest.mark.parametrize("client", ["10.0.4.9", "10.0.5.9"])
def test_probes_are_never_recorded(ratio: float, client: str) -> None:
    assert not context_for(client, "01", "/livez").sampled
