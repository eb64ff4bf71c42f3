"""Work that no client waits for and no event starts: calls to external systems, applying what was received, deleting old rows."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic
from typing import Generic

import structlog

from aftercare_chassis import failpoints
from aftercare_chassis.jobs.metrics import WorkerMetrics
from aftercare_chassis.observability import tracing
from aftercare_chassis.runtime import Runtime
from aftercare_chassis.settings import S, S_contra

log = structlog.get_logger(__name__)

AT_ONCE = datetime.min.replace(tzinfo=UTC)
IDLE_SECONDS, FAILED_SECONDS = 5.0, 2.0


@dataclass(frozen=True, slots=True)
class Worker(Generic[S_contra]):
    """`step` does one bounded piece of work and returns when it is to be called again: AT_ONCE while there may be more to do,
    the time at which work is due next, or None where it is to be woken.

    `idle`: seconds after which it is called in any case, because a notification may be lost. `number`: how many steps may
    run at the same time; each `runtime.wake(name)` wakes one of them.
    """

    name: str
    step: Callable[[Runtime[S_contra]], Awaitable[datetime | None]]
    idle: float = IDLE_SECONDS
    number: int = 1


async def work(runtime: Runtime[S], worker: Worker[S], stop: asyncio.Event) -> None:
    """Run a worker until `stop` is set: as many steps at the same time as it permits."""
    async with asyncio.TaskGroup() as steps:
        for _ in range(worker.number):
            steps.create_task(_work(runtime, worker, stop))


async def _work(runtime: Runtime[S], worker: Worker[S], stop: asyncio.Event) -> None:
    """Step after step. One that fails is logged and tried again after at least two seconds."""
    wakeup, metrics = runtime.wakeup(worker.name), runtime.metrics.of(WorkerMetrics)
    metrics.runs(worker.name)
    with wakeup.ending(stop):
        while not stop.is_set():
            pause, began_at, failed = worker.idle, monotonic(), False
            try:
                failpoints.point("worker.begins")
                with tracing.new_trace(f"worker {worker.name}"):
                    due = await worker.step(runtime)
                if due is AT_ONCE:
                    continue
                if due is not None:
                    pause = min(pause, (due - runtime.clock.now()).total_seconds())
            except Exception as error:
                log.warning("worker_failed", worker=worker.name, error=type(error).__name__)
                pause, failed = max(pause, FAILED_SECONDS), True
            finally:
                metrics.stepped(worker.name, monotonic() - began_at, failed=failed)
            await wakeup.wait(pause)
