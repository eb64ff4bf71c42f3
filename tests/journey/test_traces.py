"""Every message that the running suite puts on the log belongs to a trace, whoever or whatever began the work."""

import asyncio
from collections import defaultdict
from typing import Any

import pytest
from aftercare_chassis.kafka import clients
from aftercare_chassis.observability import tracing
from aftercare_cli.journey import Journey
from aftercare_events import TOPICS
from aiokafka import TopicPartition

# The first test waits for the whole suite to start.
pytestmark = pytest.mark.timeout(600)


def test_every_message_on_the_log_belongs_to_a_trace(journey: Journey, suite: Any) -> None:
    order, _ = journey.delivered_order()
    journey.return_all_the_way(order, 1)
    kinds = asyncio.run(traced(suite.where.kafka))
    assert {"OrderPaid.v1", "ParcelStatusChanged.v1", "RefundSucceeded.v1"} <= set(kinds), "what workers publish"
    assert [kind for kind, traces in kinds.items() if not all(traces)] == []


async def traced(bootstrap: str) -> dict[str, list[bool]]:
    """Of each type of event on the log: whether its messages belong to a trace."""
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
