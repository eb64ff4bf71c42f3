"""What a process shows of itself: its pool, its event loop, its workers and its timers."""

import asyncio
import time
from datetime import datetime, timedelta
from typing import Any

import pytest
from aftercare_chassis.jobs import deadlines, workers
from aftercare_chassis.jobs.deadlines import Deadlines
from aftercare_chassis.jobs.metrics import WorkerMetrics
from aftercare_chassis.jobs.workers import Worker, work
from aftercare_chassis.observability.event_loop import EventLoopMetrics
from aftercare_chassis.observability.metrics import Metrics
from aftercare_chassis.runtime import Runtime
from aftercare_chassis.testing import Harness, until
from figures import figure


async def test_the_pool_shows_what_is_used_and_who_waits(start_tally: Any) -> None:
    async with start_tally(pool_size=1) as tally:
        runtime = tally.runtime
        assert figure(runtime, "aftercare_pool_connections_max") == 1
        async with runtime.connection():
            waiting = asyncio.create_task(runtime.acquire())
            await asyncio.sleep(0)
            assert figure(runtime, "aftercare_pool_connections", state="used") == 1
            assert figure(runtime, "aftercare_pool_connections", state="idle") == 0
            assert figure(runtime, "aftercare_pool_waiting") == 1
        await runtime.pool.release(await waiting)
        assert figure(runtime, "aftercare_pool_waiting") == 0
        assert figure(runtime, "aftercare_pool_wait_seconds_count") == 1


async def test_a_blocked_event_loop_is_late() -> None:
    metrics, stop = Metrics("test-svc"), asyncio.Event()
    measuring = asyncio.create_task(metrics.of(EventLoopMetrics).measure(stop))
    await asyncio.sleep(0)
    time.sleep(0.7)  # noqa: ASYNC251 - that nothing else runs meanwhile is what is measured
    stop.set()
    await measuring
    text = metrics.exposition().decode()
    assert 'aftercare_event_loop_late_seconds_bucket{le="0.1"} 0.0' in text
    assert 'aftercare_event_loop_late_seconds_bucket{le="+Inf"} 1.0' in text


async def test_steps_of_workers_are_counted_by_what_became_of_them(
    tally: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "FAILED_SECONDS", 0.0)
    stop, steps = asyncio.Event(), iter([RuntimeError("a fault"), workers.AT_ONCE])

    async def step(_: Runtime) -> datetime | None:
        found = next(steps, None)
        if isinstance(found, Exception):
            raise found
        return found

    async def idle() -> bool:
        return figure(tally.runtime, "aftercare_worker_step_seconds_count", worker="probe", outcome="done") >= 2

    tally.runtime.metrics.of(WorkerMetrics).runs("probe")
    working = asyncio.create_task(work(tally.runtime, Worker("probe", step, idle=0.01), stop))
    await until(idle, "three steps")
    stop.set()
    await working
    assert figure(tally.runtime, "aftercare_worker_step_seconds_count", worker="probe", outcome="failed") == 1


async def test_timers_show_what_is_set_what_is_late_and_what_fired(tally: Harness) -> None:
    buyer = tally.client("buyer", "buyer-1")
    for hours in (1, 2, 48):
        made = (await buyer.post("/v1/tallies", json={"count": 0})).json()["id"]
        at = tally.clock.now() + timedelta(hours=hours)
        await tally.runtime.pool.execute("UPDATE tallies SET deadline_at = $1 WHERE id = $2", at, made)
    tally.clock.advance(hours=3)
    loop, of_timer = Deadlines(tally.runtime, tally.service.deadlines), {"timer": "tallies"}
    await loop.fire()
    assert figure(tally.runtime, "aftercare_deadline_overdue_seconds", **of_timer) == 2 * 3600
    assert figure(tally.runtime, "aftercare_deadlines_fired_total", **of_timer) == 2
    assert figure(tally.runtime, "aftercare_deadline_late_seconds_sum", **of_timer) == 3 * 3600
    await loop.fire()
    assert figure(tally.runtime, "aftercare_deadline_overdue_seconds", **of_timer) == 0


async def test_deadlines_that_are_set_are_counted_once_a_minute(
    tally: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deadlines, "MOST_COUNTED", 10)
    query = "INSERT INTO tallies (id, version, owner, count, deadline_at) SELECT 't' || n, 0, 'b', 0, $1 FROM generate_series(1, 12) n"
    await tally.runtime.pool.execute(query, tally.clock.now() + timedelta(days=1))
    stop = asyncio.Event()
    running = asyncio.create_task(Deadlines(tally.runtime, tally.service.deadlines).run(stop))

    async def counted() -> bool:
        return figure(tally.runtime, "aftercare_deadlines_open", timer="tallies") == 10

    await until(counted, "the deadlines are counted, up to the limit")
    stop.set()
    await running


async def test_what_a_timer_cannot_do_is_shown_as_put_off(tally: Harness) -> None:
    [declared] = tally.service.deadlines

    async def fail(*_: object) -> None:
        raise RuntimeError("a fault in one row")

    query = "INSERT INTO tallies (id, version, owner, count, deadline_at) VALUES ('t', 0, 'b', 0, $1)"
    await tally.runtime.pool.execute(query, tally.clock.now())
    loop = Deadlines(tally.runtime, [deadlines.Due(declared.rows, fail)])
    await loop.fire()
    await loop.fire()
    assert figure(tally.runtime, "aftercare_deadlines_put_off", timer="tallies") == 1
    assert figure(tally.runtime, "aftercare_deadlines_fired_total", timer="tallies") == 0
