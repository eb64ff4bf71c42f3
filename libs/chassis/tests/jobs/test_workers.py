"""Workers: run until there is nothing left, sleep, wake up at once when notified, and survive a step that fails."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from aftercare_chassis.jobs import workers
from aftercare_chassis.jobs.workers import Worker, work
from aftercare_chassis.runtime import Runtime
from aftercare_chassis.testing import Harness, until

Step = Callable[[Runtime], Awaitable[bool]]


class Steps:
    """Counts its steps. `more`: what the next steps return; later ones return False."""

    def __init__(self, *more: bool | Exception) -> None:
        self.count, self._more = 0, iter(more)

    async def step(self, _: Runtime) -> bool:
        self.count += 1
        more = next(self._more, False)
        if isinstance(more, Exception):
            raise more
        return more

    async def reach(self, count: int) -> None:
        async def reached() -> bool:
            return self.count >= count

        await until(reached, f"{count} steps")


@asynccontextmanager
async def working(runtime: Runtime, step: Step, idle: float = 600) -> AsyncIterator[None]:
    stop = asyncio.Event()
    task = asyncio.create_task(work(runtime, Worker("probe", step, idle), stop))
    try:
        yield
    finally:
        stop.set()
        await asyncio.wait_for(task, 10)


async def test_steps_follow_at_once_while_there_is_more_to_do(tally: Harness) -> None:
    steps = Steps(True, True, False)
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
    async with asyncio.timeout(10), working(tally.runtime, steps.step):
        await steps.reach(1)


async def test_waking_a_worker_of_another_process_does_nothing(tally: Harness) -> None:
    tally.runtime.wake("elsewhere")
    assert "elsewhere" not in tally.runtime.worker_wakeups
