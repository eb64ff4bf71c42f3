"""The relay on a real log: events in order per aggregate, traces passed on, connections and leases lost and regained."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from aftercare_chassis.observability import tracing
from aftercare_chassis.relay.relay import Relay
from aftercare_chassis.relay.sender import Sender
from aftercare_chassis.testing import Harness, until
from aftercare_events import Envelope, codec
from aiokafka import AIOKafkaConsumer
from log_support import Make, envelope_of, outbox_is_empty, publish, running

FEEDBACK = "aftercare.feedback.v1"


@asynccontextmanager
async def reading(bootstrap: str, topic: str) -> AsyncIterator[Callable[[int], Awaitable[list[Envelope]]]]:
    """A function that returns the next envelopes of a topic."""
    client = AIOKafkaConsumer(topic, bootstrap_servers=bootstrap, auto_offset_reset="latest")
    await client.start()
    await client.seek_to_end()
    for partition in client.assignment():
        await client.position(partition)

    async def take(count: int) -> list[Envelope]:
        async with asyncio.timeout(30):
            records = [await client.getone() for _ in range(count)]
        return [codec.decode(r.topic, r.key, r.value, r.headers) for r in records]

    try:
        yield take
    finally:
        await client.stop()


async def test_events_of_concurrent_writers_are_in_order_per_aggregate(on_log: Harness, log: str) -> None:
    buyer = on_log.client("buyer", "buyer-1")
    ids = [(await buyer.post("/v1/tallies", json={"count": 0})).json()["id"] for _ in range(5)]
    async with reading(log, FEEDBACK) as take, running(Relay(on_log.runtime).run):

        async def writer(n: int) -> None:
            for step in range(10):
                answer = await buyer.post(f"/v1/tallies/{ids[(n + step) % 5]}/up", params={"times": 2})
                assert answer.status_code == 200

        await asyncio.gather(*(writer(n) for n in range(8)))
        envelopes = await take(5 + 8 * 10 * 2)
        await until(lambda: outbox_is_empty(on_log), "the outbox is empty")
    for each in ids:
        assert [e.sequence for e in envelopes if e.subject == each] == list(range(1, 34))


async def test_the_trace_of_a_request_is_in_its_events(on_log: Harness, log: str) -> None:
    trace = "0af7651916cd43dd8448eb211c80319c"
    caller = {"traceparent": f"00-{trace}-b7ad6b7169203331-01", "tracestate": "vendor=one,other=2"}
    async with reading(log, FEEDBACK) as take, running(Relay(on_log.runtime).run):
        await on_log.client("buyer", "buyer-1").post("/v1/tallies", json={"count": 0}, headers=caller)
        [envelope] = await take(1)
    found = tracing.parse(envelope.traceparent, envelope.tracestate)
    assert found is not None
    assert (found.trace_id, found.tracestate) == (trace, caller["tracestate"])


async def test_a_relay_replaces_a_connection_that_its_driver_cannot_use(
    on_log: Harness, order_cancelled: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a freeze the driver may have read that the server ended the session, without having closed the connection."""
    run, failed = Sender.run, []

    async def fail_once(self: Sender, *arguments: Any) -> None:
        if not failed:
            failed.append(self)
            raise asyncpg.InternalClientError("cannot switch to state 15; another operation (2) is in progress")
        await run(self, *arguments)

    monkeypatch.setattr(Sender, "run", fail_once)
    await publish(on_log, envelope_of(order_cancelled(uuid4().hex)))
    async with running(Relay(on_log.runtime).run):
        await until(lambda: outbox_is_empty(on_log), "the event is on the log")
    assert failed
