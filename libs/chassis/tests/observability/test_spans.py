"""One trace from a request through its transaction, the message and its handler, by OpenTelemetry's conventions."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from typing import Any
from uuid import UUID

import httpx
import pytest
from aftercare_chassis.http.partner_client import PartnerClient
from aftercare_chassis.observability import message_spans, tracing
from aftercare_chassis.observability.recording import ATTRIBUTES
from aftercare_chassis.testing import Harness
from aftercare_events import Envelope, OrderCancelled, codec
from aiokafka import TopicPartition
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.trace import SpanKind, StatusCode
from span_support import Recorded, id_of, parent_of, recording

CALLER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
UNSAMPLED = f"{CALLER[:-2]}00"

Cancelled = Callable[..., OrderCancelled]


@pytest.fixture
def spans() -> Any:
    with recording() as recorded:
        yield recorded


def attributes(span: ReadableSpan) -> dict[str, Any]:
    assert set(span.attributes or {}) <= ATTRIBUTES
    return dict(span.attributes or {})


async def test_a_request_its_transaction_and_its_event_are_one_trace(tally: Harness, spans: Recorded) -> None:
    made = await tally.client("buyer", "buyer-1").post(
        "/v1/tallies", json={"count": 1}, headers={"traceparent": CALLER}
    )
    request, transaction = spans.one("POST /v1/tallies"), spans.one("transaction")
    assert (request.kind, transaction.kind) == (SpanKind.SERVER, SpanKind.CLIENT)
    assert parent_of(request) == 0xB7AD6B7169203331
    assert parent_of(transaction) == id_of(request)
    assert made.headers["trace-id"] == f"{request.get_span_context().trace_id:032x}" == CALLER[3:35]
    assert attributes(request) == {
        "http.request.method": "POST",
        "http.response.status_code": 201,
        "http.route": "/v1/tallies",
        "url.scheme": "http",
    }
    assert attributes(transaction) == {"db.system.name": "postgresql"}
    [event] = await tally.envelopes()
    assert event.traceparent is not None
    assert event.traceparent.split("-")[2] == f"{id_of(transaction):016x}"


@pytest.mark.parametrize(
    ("method", "path", "name", "expected"),
    [
        ("GET", "/v1/tallies/none", "GET /v1/tallies/{tally_id}", {"http.response.status_code": 404}),
        ("GET", "/v1/nothing/13800000000", "GET", {"http.response.status_code": 404}),
        ("BREW", "/v1/tallies", "HTTP /v1/tallies", {"http.request.method": "_OTHER"}),
    ],
)
async def test_spans_are_named_by_the_route_and_never_by_the_path(
    tally: Harness, spans: Recorded, method: str, path: str, name: str, expected: dict[str, object]
) -> None:
    await tally.client("buyer", "buyer-1").request(method, path)
    found = spans.one(name)
    assert expected.items() <= attributes(found).items()
    assert found.status.status_code is StatusCode.UNSET, "the caller's mistake"
    assert "13800000000" not in found.to_json()


async def test_a_failure_of_ours_is_a_failed_span_without_its_message(tally: Harness, spans: Recorded) -> None:
    await tally.client("buyer", "buyer-1").post("/v1/tallies", json={"count": 13})
    request, transaction = spans.one("POST /v1/tallies"), spans.one("transaction")
    assert request.status.status_code is transaction.status.status_code is StatusCode.ERROR
    assert (attributes(request)["error.type"], attributes(transaction)["error.type"]) == ("500", "RuntimeError")
    assert "fails after writing" not in request.to_json() + transaction.to_json()


async def test_probes_are_not_recorded(tally: Harness, spans: Recorded) -> None:
    await tally.client().get("/livez")
    await tally.client().get("/metrics", headers={"traceparent": CALLER})
    assert spans.all() == []


async def test_a_message_is_sent_and_handled_within_the_trace_of_its_event(
    tally: Harness, spans: Recorded, order_cancelled: Cancelled
) -> None:
    envelopes = [cause(order_cancelled(f"ord_{number}"), number, CALLER) for number in (1, 2)]
    headers = codec.attributes(envelopes[0])
    sending = message_spans.send("aftercare.orders.v1", 3, headers)
    assert sending is not None
    sending.end()
    assert headers["traceparent"] == sending.context.traceparent
    records = [tally.record(replace(each, traceparent=headers["traceparent"])) for each in envelopes]
    await tally.consumer._chunks.handle({TopicPartition("aftercare.orders.v1", 0): records})
    send, receive = spans.one("send aftercare.orders.v1"), spans.one("receive aftercare.orders.v1")
    assert (send.kind, receive.kind) == (SpanKind.PRODUCER, SpanKind.CLIENT)
    assert parent_of(send) == 0xB7AD6B7169203331
    assert attributes(send) | {"messaging.operation.type": "send", "messaging.destination.partition.id": "3"} == (
        attributes(send)
    )
    assert attributes(send)["cloudevents.event_type"] == "OrderCancelled.v1"
    assert parent_of(receive) is None
    assert [link.context.span_id for link in receive.links] == [id_of(send)] * 2
    assert attributes(receive)["messaging.batch.message_count"] == 2
    handled = [each for each in spans.all() if each.name == "process aftercare.orders.v1"]
    assert [(each.kind, parent_of(each)) for each in handled] == [(SpanKind.CONSUMER, id_of(send))] * 2
    assert attributes(handled[0])["messaging.consumer.group.name"] == "tally-svc"
    assert parent_of(spans.one("transaction")) == id_of(receive)
    written = await tally.envelopes()
    assert [str(each.traceparent).split("-")[2] for each in written] == [f"{id_of(each):016x}" for each in handled]


async def test_of_a_trace_that_is_not_sampled_nothing_is_recorded(tally: Harness, order_cancelled: Cancelled) -> None:
    with recording(ratio=0):
        await tally.client("buyer", "buyer-1").post("/v1/tallies", json={"count": 1})
    with recording() as spans:
        await _is_followed_by_nothing(tally, spans, order_cancelled)


async def _is_followed_by_nothing(tally: Harness, spans: Recorded, order_cancelled: Cancelled) -> None:
    [event] = await tally.envelopes()
    assert str(event.traceparent).endswith("-00"), "nor is it by those who handle its events"
    assert message_spans.send(event.topic, 0, codec.attributes(event)) is None
    await tally.deliver(cause(order_cancelled("ord_1"), 1, UNSAMPLED))
    assert spans.all() == []


async def test_the_ratio_decides_about_the_traces_of_requests(tally: Harness) -> None:
    with recording(ratio=0) as none:
        await tally.client("buyer", "buyer-1").post("/v1/tallies", json={"count": 1})
        assert none.all() == []
        await tally.client("buyer", "buyer-1").post("/v1/tallies", json={"count": 1}, headers={"traceparent": CALLER})
        assert none.all() == [], "its caller does not decide"


async def test_a_caller_that_is_trusted_decides(
    start_tally: Callable[..., AbstractAsyncContextManager[Harness]],
) -> None:
    async with start_tally(trace_trusted_networks="127.0.0.1") as tally:
        with recording(ratio=0) as spans:
            await tally.client("buyer", "buyer-1").post(
                "/v1/tallies", json={"count": 1}, headers={"traceparent": CALLER}
            )
            assert spans.one("transaction")


async def test_a_timer_is_a_trace_of_its_own(tally: Harness, spans: Recorded) -> None:
    await tally.client("buyer", "buyer-1").post("/v1/tallies", json={"count": 0})
    await tally.runtime.pool.execute("UPDATE tallies SET deadline_at = $1", tally.clock.now())
    await tally.run_due()
    found = spans.one("deadline tallies")
    assert parent_of(found) is None
    assert attributes(found) == {"aftercare.table": "tallies"}


def test_work_that_was_put_off_belongs_to_its_cause_and_repetitions_link_to_it(spans: Recorded) -> None:
    with tracing.caused("first", CALLER, deferred=False):
        pass
    with tracing.caused("again", CALLER, deferred=True) as again:
        assert again.context.trace_id != CALLER[3:35]
    with tracing.caused("unsampled", UNSAMPLED, deferred=True) as unsampled:
        assert not unsampled.context.sampled
    first, second = spans.all()
    assert parent_of(first) == 0xB7AD6B7169203331
    assert parent_of(second) is None
    assert [link.context.span_id for link in second.links] == [0xB7AD6B7169203331]


def test_work_that_finds_nothing_to_do_is_not_recorded(spans: Recorded) -> None:
    with tracing.new_trace("worker idle"):
        pass
    with tracing.new_trace("worker busy"), tracing.span("work"):
        pass
    work, busy = spans.all()
    assert parent_of(work) == id_of(busy)


def test_only_allowed_attributes_are_recorded(spans: Recorded) -> None:
    with tracing.span("work", attributes=lambda: {"buyer.name": "王芳", "http.route": "/v1"}) as span:
        span.set({"buyer.phone": "13800000000", "url.scheme": "http"})
    assert attributes(spans.one("work")) == {"http.route": "/v1", "url.scheme": "http"}


@pytest.fixture
async def partner(spans: Recorded) -> AsyncIterator[Callable[[str], Any]]:
    """Calls a partner, which answers with what it was sent."""

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/down":
            raise httpx.ConnectError("no route to 王芳")
        status = 503 if request.url.path == "/busy" else 200
        return httpx.Response(status, json={"traceparent": request.headers.get("traceparent")})

    async with PartnerClient(trace_hosts=["ours.example"], transport=httpx.MockTransport(answer)) as client:
        yield client.get


async def test_a_call_of_a_partner_is_a_span_and_only_named_hosts_see_the_trace(
    partner: Callable[[str], Any], spans: Recorded
) -> None:
    with tracing.span("work", CALLER) as work:
        theirs = await partner("https://pay.example/refunds/13800000000?key=secret")
        ours = await partner("https://ours.example:8443/")
        assert (await partner("https://pay.example/busy")).status_code == 503
        with pytest.raises(httpx.ConnectError):
            await partner("https://pay.example/down")
    assert theirs.json() == {"traceparent": None}
    first, second, busy, down, _ = spans.all()
    assert ours.json()["traceparent"].split("-")[2] == f"{id_of(second):016x}"
    assert {(each.name, each.kind, parent_of(each)) for each in (first, second, busy, down)} == {
        ("GET", SpanKind.CLIENT, int(work.context.span_id, 16))
    }
    address = {"server.address": "pay.example", "server.port": 443, "url.scheme": "https", "http.request.method": "GET"}
    assert attributes(first) == {**address, "http.response.status_code": 200}
    assert attributes(second)["server.port"] == 8443
    assert attributes(busy) == {**address, "http.response.status_code": 503, "error.type": "503"}
    assert attributes(down) == {**address, "error.type": "ConnectError"}
    written = "".join(each.to_json() for each in spans.all())
    assert [text for text in ("13800000000", "secret", "王芳") if text in written] == []


def cause(event: OrderCancelled, number: int, traceparent: str) -> Envelope:
    """An event that another service published within this trace."""
    ids: Any = {"id": UUID(int=number), "source": "/x", "sequence": 1, "correlation_id": "c"}
    return Envelope.of(event, **ids, traceparent=traceparent)
