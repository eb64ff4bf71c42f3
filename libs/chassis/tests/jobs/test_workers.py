"""Workers: run until there is nothing left, sleep, wake up at once when notified, and survive a step that fails."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import pytest
from aftercare_chassis.jobs import workers
from aftercare_chassis.jobs.workers import AT_ONCE, Worker, work
from aftercare_chassis.runtime import Runtime
from aftercare_chassis.testing import Harness, until

Step = Callable[[Runtime], Awaitable[datetime | None]]


class Steps:
    """Counts its steps. `found`: what the next steps return or raise; later ones return None."""

    def __init__(self, *found: datetime | Exception) -> None:
        self.count, self._found = 0, iter(found)

    async def step(self, _: Runtime) -> datetime | None:
        self.count += 1
        found = next(self._found, None)
        if isinstance(found, Exception):
            raise found
        return found

    async def reach(self, count: int) -> None:
        async def reached() -> bool:
            return self.count >= count

        await until(reached, f"{count} steps")


@asynccontextmanager
async def working(runtime: Runtime, step: Step, idle: float = 600, number: int = 1) -> AsyncIterator[None]:
    stop = asyncio.Event()
    task = asyncio.create_task(work(runtime, Worker("probe", step, idle, number), stop))
    try:
        yield
    finally:
        stop.set()
        await asyncio.wait_for(task, 60)


async def test_steps_follow_at_once_while_there_is_more_to_do(tally: Harness) -> None:
    steps = Steps(AT_ONCE, AT_ONCE)
    async with working(tally.runtime, steps.step):
        await steps.reach(3)
    assert steps.count == 3


async def test_an_idle_worker_starts_at_once_when_it_is_notified(tally: Harness) -> None:
    steps = Steps()
    async with working(tally.runtime, steps.step):
        await steps.reach(1)
        async with tally.runtime.transaction() as tx:
            tx.wake("probe")
        await steps.reach(2)


async def test_an_idle_worker_polls(tally: Harness) -> None:
    steps = Steps()
    async with working(tally.runtime, steps.step, idle=0.01):
        await steps.reach(3)


async def test_a_step_that_fails_is_tried_again_after_a_pause(tally: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "FAILED_SECONDS", 0.05)
    steps = Steps(ConnectionResetError(), RuntimeError())
    async with working(tally.runtime, steps.step, idle=0):
        await steps.reach(3)


async def test_a_worker_that_sleeps_ends_at_once(tally: Harness) -> None:
    steps = Steps()
    async with asyncio.timeout(60), working(tally.runtime, steps.step):
        await steps.reach(1)


async def test_an_idle_worker_starts_again_when_work_is_due(tally: Harness) -> None:
    steps = Steps(tally.clock.now() + timedelta(milliseconds=50), tally.clock.now() - timedelta(hours=1))
    async with working(tally.runtime, steps.step):
        await steps.reach(3)


async def test_what_is_due_after_the_next_poll_does_not_delay_it(tally: Harness) -> None:
    steps = Steps(tally.clock.now() + timedelta(hours=1))
    async with working(tally.runtime, steps.step, idle=0.01):
        await steps.reach(2)


async def test_several_steps_run_at_the_same_time_and_each_notification_starts_one(tally: Harness) -> None:
    begun, end = [], asyncio.Event()

    async def step(_: Runtime) -> None:
        begun.append(len(begun))
        if len(begun) > 3:
            await end.wait()

    async def reached(count: int) -> None:
        async def reach() -> bool:
            return len(begun) >= count

        await until(reach, f"{count} steps")

    async with working(tally.runtime, step, number=3):
        await reached(3)
        for count in (4, 5, 6):
            tally.runtime.wake("probe")
            await reached(count)
            assert len(begun) == count
        tally.runtime.wake("probe")
        end.set()
        await reached(7)


async def test_a_worker_of_this_process_is_not_notified_through_the_database(tally: Harness) -> None:
    tally.runtime.wakeup("probe")
    for name in ("probe", "elsewhere"):
        tally.runtime.wake(name)
    assert set(tally.runtime.notifications.waiting) == {"elsewhere"}
