"""The loops that a process runs beside its server, from when the database's schema fits until the process ends."""

import asyncio
import signal
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from typing import Any

import structlog

from aftercare_chassis.database.errors import DATABASE_ERRORS
from aftercare_chassis.database.revisions import SchemaMismatch
from aftercare_chassis.runtime import Runtime
from aftercare_chassis.wakeup import set_within

log = structlog.get_logger(__name__)

STOP_SECONDS = 10.0
SCHEMA_SECONDS = 1.0

Loop = Callable[[asyncio.Event], Coroutine[Any, Any, None]]  # Any: a task neither yields nor is sent anything
"""Runs until the event is set, and finishes the piece of work that it has begun."""


@asynccontextmanager
async def running(runtime: Runtime, loops: Sequence[Loop]) -> AsyncIterator[None]:
    """Run the loops while the block lasts. At its end each may finish within ten seconds, then it is cancelled."""
    stop = asyncio.Event()
    schema = asyncio.create_task(schema_fits(runtime, stop))
    tasks = [schema, *(asyncio.create_task(guarded(_after(schema, loop), stop)) for loop in loops)]
    try:
        yield
    finally:
        stop.set()
        _, late = await asyncio.wait(tasks, timeout=STOP_SECONDS)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)


async def schema_fits(runtime: Runtime, stop: asyncio.Event) -> None:
    """Return once this build works with the schema of its database, or `stop` is set.

    A pod may start before its migration has run.
    """
    logged = ""
    while not stop.is_set():
        try:
            await runtime.need_schema()
            return
        except (SchemaMismatch, TimeoutError, *DATABASE_ERRORS) as error:
            why = str(error)
            if why != logged:
                logged = why
                log.warning("background_waits_for_schema", why=why)
        await set_within(stop, SCHEMA_SECONDS)


def _after(schema: asyncio.Task[None], loop: Loop) -> Loop:
    async def run(stop: asyncio.Event) -> None:
        await asyncio.shield(schema)
        await loop(stop)

    return run


async def guarded(loop: Loop, stop: asyncio.Event) -> None:
    """Run the loop, and end the process if it fails: a restart repairs what a missing loop would leave undone.

    A cancellation that `stop` did not cause is a failure, too: libraries let the cancellations of their own tasks escape.
    """
    try:
        await loop(stop)
    except (Exception, asyncio.CancelledError) as error:
        if stop.is_set() and isinstance(error, asyncio.CancelledError):
            raise
        log.exception("background_failed")
        signal.raise_signal(signal.SIGTERM)
