"""Every message that the suite publishes belongs to a trace, also those of workers and timers."""

import asyncio
from collections import defaultdict

import pytest
from aftercare_chassis.kafka import clients
from aftercare_chassis.observability import tracing
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
