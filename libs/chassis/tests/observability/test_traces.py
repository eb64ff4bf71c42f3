"""Every event belongs to a trace: that of the caller, with its `tracestate`, or one that background work started."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from aftercare_chassis.jobs.workers import AT_ONCE, Worker, work
from aftercare_chassis.observability import tracing
from aftercare_chassis.runtime import Runtime
from aftercare_chassis.testing import Harness, until
from aftercare_events import Envelope, OrderCancelled

TRACE = "0af7651916cd43dd8448eb211c80319c"
CALLER = {"traceparent": f"00-{TRACE}-b7ad6b7169203331-01", "tracestate": "vendor=one,other=2"}

Counting = Callable[[], Awaitable[None]]


async def traces(harness: Harness) -> list[tracing.TraceContext | None]:
    """The trace of each event in the outbox, oldest first."""
    return [tracing.parse(each.traceparent, each.tracestate) for each in await harness.envelopes()]


@pytest.fixture
async def counting(tally: Harness) -> Callable[[], Awaitable[None]]:
    """Background work that publishes two events."""
    made = (await tally.client("buyer", "buyer-1").post("/v1/tallies", json={"count": 0})).json()["id"]
    await tally.runtime.pool.execute("DELETE FROM outbox")
    [due] = tally.service.deadlines

    async def count() -> None:
        async with tally.runtime.transaction() as tx:
            await due.command(tx, await tx.get(due.rows, made), 2)

    return count


async def test_a_command_continues_the_trace_of_its_caller(tally: Harness) -> None:
    await tally.client("buyer", "buyer-1").post("/v1/tallies", json={"count": 1}, headers=CALLER)
    [found] = await traces(tally)
    assert found is not None
    assert (found.trace_id, found.tracestate) == (TRACE, CALLER["tracestate"])
    assert found.span_id != "b7ad6b7169203331"


async def test_lines_of_tracestate_are_one_list(tally: Harness) -> None:
    headers = [("traceparent", CALLER["traceparent"]), ("tracestate", "a=1"), ("tracestate", "b=2")]
    await tally.client("buyer", "buyer-1").post("/v1/tallies", json={"count": 1}, headers=headers)
    [found] = await traces(tally)
    assert found is not None
    assert found.tracestate == "a=1,b=2"


async def test_a_tracestate_without_a_traceparent_is_ignored(tally: Harness) -> None:
    await tally.client("buyer", "buyer-1").post("/v1/tallies", json={"count": 1}, headers={"tracestate": "a=1"})
    [found] = await traces(tally)
    assert found is not None
    assert found.tracestate is None


async def test_events_caused_by_an_event_continue_its_trace(
    tally: Harness, order_cancelled: Callable[..., OrderCancelled]
) -> None:
    ids = {"id": UUID(int=1), "source": "/x", "sequence": 1, "correlation_id": "c"}
    cause: Any = Envelope.of(order_cancelled("ord_1"), **ids, **CALLER)
    await tally.deliver(cause)
    [found] = await traces(tally)
    assert found is not None
    assert (found.trace_id, found.tracestate) == (TRACE, CALLER["tracestate"])


async def test_events_caused_by_an_event_without_a_trace_start_one(
    tally: Harness, order_cancelled: Callable[..., OrderCancelled]
) -> None:
    envelope = await tally.consume(order_cancelled("ord_1"))
    assert envelope.traceparent is None
    assert None not in await traces(tally)


async def test_background_work_starts_a_trace(tally: Harness, counting: Counting) -> None:
    await counting()
    first, second = await traces(tally)
    assert first is not None
    assert first == second, "one trace per unit of work"
    assert [each.correlation_id for each in await tally.envelopes()] == [first.trace_id] * 2


async def test_each_step_of_a_worker_has_a_trace_of_its_own(tally: Harness, counting: Counting) -> None:
    steps = iter((AT_ONCE, AT_ONCE))

    async def step(_: Runtime) -> datetime | None:
        await counting()
        await counting()
        return next(steps, None)

    stop = asyncio.Event()
    running = asyncio.create_task(work(tally.runtime, Worker("tests", step, idle=60), stop))

    async def done() -> bool:
        return len(await traces(tally)) == 12

    await until(done, "three steps")
    stop.set()
    await asyncio.wait_for(running, 60)
    found = [each.trace_id for each in await traces(tally) if each is not None]
    assert len(found) == 12
    assert [len(set(found[step : step + 4])) for step in (0, 4, 8)] == [1, 1, 1]
    assert len(set(found)) == 3


async def test_a_timer_starts_a_trace(tally: Harness, counting: Counting) -> None:
    await tally.runtime.pool.execute("UPDATE tallies SET deadline_at = $1", tally.clock.now())
    await tally.run_due()
    [found] = await traces(tally)
    assert found is not None
