"""Work that no client waits for and no event starts: calls to external systems, applying what was received, deleting old rows."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Generic

import structlog

from aftercare_chassis import failpoints
from aftercare_chassis.observability import tracing
from aftercare_chassis.runtime import Runtime
from aftercare_chassis.settings import S, S_contra
from aftercare_chassis.wakeup import Wakeup

log = structlog.get_logger(__name__)

FAILED_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Worker(Generic[S_contra]):
    """`step` does one bounded piece of work and returns whether there may be more to do at once.

    Otherwise the worker sleeps for `idle` seconds, or until `runtime.wake(name)`.
    """

    name: str
    step: Callable[[Runtime[S_contra]], Awaitable[bool]]
    idle: float = 0.2


async def work(runtime: Runtime[S], worker: Worker[S], stop: asyncio.Event) -> None:
    """Run one worker until `stop` is set. A step that fails is logged and tried again after at least two seconds."""
    wakeup = runtime.worker_wakeups.setdefault(worker.name, Wakeup())
    stopped = asyncio.create_task(stop.wait())
    try:
        while not stop.is_set():
            pause = worker.idle
            try:
                failpoints.point("worker.begins")
                with tracing.new_trace():
                    more = await worker.step(runtime)
                if more:
                    continue
            except Exception as error:
                log.warning("worker_failed", worker=worker.name, error=type(error).__name__)
                pause = max(pause, FAILED_SECONDS)
            woken = asyncio.create_task(wakeup.wait(pause))
            await asyncio.wait({woken, stopped}, return_when=asyncio.FIRST_COMPLETED)
            woken.cancel()
    finally:
        stopped.cancel()
