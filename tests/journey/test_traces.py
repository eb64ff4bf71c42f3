"""Every message that the suite publishes belongs to a trace, and what follows from a request is one tree through all services."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable, Mapping

import pytest
from aftercare_chassis.kafka import clients
from aftercare_chassis.observability import tracing
from aftercare_chassis.observability.recording import ATTRIBUTES
from aftercare_chassis.testing.otlp_receiver import OtlpReceiver, ReceivedSpan
from aftercare_cli.journey import Journey
from aftercare_events import TOPICS
from aiokafka import TopicPartition
from running_suite import RunningSuite

# The first test waits for the whole suite to start.
pytestmark = pytest.mark.timeout(600)


def test_every_message_on_the_log_belongs_to_a_trace(journey: Journey, suite: RunningSuite) -> None:
    order, _ = journey.delivered_order()
    journey.complete_return(order, 1)
    types = asyncio.run(traced(suite.addresses.kafka))
    assert {"OrderPaid.v1", "ParcelStatusChanged.v1", "RefundSucceeded.v1"} <= set(types), "events of workers"
    assert [name for name, traces in types.items() if not all(traces)] == []


SECONDS = 60.0


def test_a_payment_is_one_tree_from_the_request_to_the_provider_and_to_every_consumer(
    journey: Journey, suite: RunningSuite
) -> None:
    if suite.spans is None:
        pytest.skip("the suite was started elsewhere: its spans are sent to its own collector")
    payment = journey.pay(journey.order())["id"]

    def of_payment(span: ReceivedSpan) -> bool:
        return span.attributes.get("cloudevents.event_subject") == payment and span.kind == "PRODUCER"

    def is_complete(spans: Mapping[str, ReceivedSpan]) -> bool:
        calls = any(each.name == "call provider" for each in spans.values())
        return calls and {each.service for each in spans.values() if each.kind == "CONSUMER"} >= {"analytics-svc"}

    tree = trace_with(suite.spans, of_payment, is_complete)
    [root] = [each for each in tree.values() if each.parent_id not in tree]
    assert (root.name, root.kind, root.service) == ("POST /v1/orders/{order_id}/payments", "SERVER", "order-svc")
    ways = {" > ".join(f"{each.kind.lower()} {each.name}" for each in way(tree, span)) for span in tree.values()}
    request = "server POST /v1/orders/{order_id}/payments"
    sent = "producer send aftercare.payments.v1 > consumer process aftercare.payments.v1"
    assert f"{request} > client transaction > {sent}" in ways
    assert f"{request} > client transaction > internal call provider > client POST" in ways
    assert f"{request} > client transaction > internal call provider > client transaction" in ways
    assert all(each.attributes.keys() <= ATTRIBUTES for each in suite.spans.spans())
    assert all(tree[each.parent_id].started <= each.started for each in tree.values() if each is not root)


def trace_with(
    receiver: OtlpReceiver,
    wanted: Callable[[ReceivedSpan], bool],
    is_complete: Callable[[Mapping[str, ReceivedSpan]], bool],
) -> dict[str, ReceivedSpan]:
    """By their ids, the spans of the first trace with such a span, once it is complete."""
    end = time.monotonic() + SECONDS
    while True:
        spans = receiver.spans()
        trace = next((each.trace_id for each in spans if wanted(each)), None)
        found = {each.span_id: each for each in spans if each.trace_id == trace}
        if found and is_complete(found) and any(not each.parent_id for each in found.values()):
            return found
        assert time.monotonic() < end, sorted(f"{each.service} {each.name}" for each in found.values())
        time.sleep(0.2)


def way(tree: Mapping[str, ReceivedSpan], span: ReceivedSpan) -> list[ReceivedSpan]:
    """The spans from the root to this one."""
    above = tree.get(span.parent_id)
    return [*(way(tree, above) if above is not None else []), span]


async def traced(bootstrap: str) -> dict[str, list[bool]]:
    """Per event type, whether each of its messages on the log belongs to a trace."""
    found: dict[str, list[bool]] = defaultdict(list)
    reader = clients.reader(bootstrap, "test")
    await reader.start()
    try:
        places = [TopicPartition(name, number) for name, topic in TOPICS.items() for number in range(topic.partitions)]
        ends = await reader.end_offsets(places)
        clients.assign(reader, await reader.beginning_offsets(places))
        while any([await reader.position(place) < end for place, end in ends.items()]):
            for records in (await reader.getmany(timeout_ms=200)).values():
                for headers in (dict(record.headers) for record in records):
                    traceparent = headers.get("traceparent", b"").decode()
                    found[headers["ce_type"].decode()].append(tracing.parse(traceparent) is not None)
    finally:
        await reader.stop()
    return found
