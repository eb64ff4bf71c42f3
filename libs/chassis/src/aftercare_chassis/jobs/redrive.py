"""Parked events that miss an event of another aggregate are handled again, without an operator, once that one has come.

Whatever else an event was parked for is an operator's to judge.
"""

from typing import Any, Generic

import structlog

from aftercare_chassis.consumer.dispatcher import Handlers
from aftercare_chassis.consumer.errors import Retry
from aftercare_chassis.consumer.parked import ParkedEvents
from aftercare_chassis.database.errors import is_unavailable
from aftercare_chassis.jobs.workers import Worker
from aftercare_chassis.park_reason import ParkReason
from aftercare_chassis.runtime import Runtime
from aftercare_chassis.settings import S

log = structlog.get_logger(__name__)

LOOK_SECONDS = 1.0
BY = "system"
_HELD = """
SELECT DISTINCT aggregateid FROM parked_event WHERE consumer = $1 AND trouble = $2 AND aggregateid <> '' LIMIT 100
"""


class Redrive(Generic[S]):
    """A worker's memory: what each held aggregate awaits, and the number of the last event of that which did not help."""

    def __init__(self, handlers: Handlers[S]) -> None:
        self._handlers = handlers
        self._awaited: dict[str, tuple[str, int]] = {}

    def worker(self) -> Worker[S]:
        """To be run beside the consumer."""
        return Worker("parked-redrive", self.step, idle=LOOK_SECONDS)

    async def step(self, runtime: Runtime[S]) -> bool:
        """Handle those again whose missing event has come. What they await is known from their last try, so each is
        tried once when the process starts."""
        async with runtime.connection() as connection:
            held: Any = await connection.fetch(_HELD, runtime.name, ParkReason.EVENT_MISSING)
        aggregates = [row["aggregateid"] for row in held]
        self._awaited = {each: self._awaited.get(each, ("", -1)) for each in aggregates}
        last = await runtime.handled({awaits for awaits, _ in self._awaited.values()}) if aggregates else {}
        for aggregate, (awaits, seen) in list(self._awaited.items()):
            if last.get(awaits, 0) > seen:
                self._awaited[aggregate] = (awaits, last.get(awaits, 0))
                await self._retry(runtime, aggregate)
        return False

    async def _retry(self, runtime: Runtime[S], aggregate: str) -> None:
        try:
            handled = await ParkedEvents(runtime, self._handlers).retry_key(aggregate, by=BY)
        except Retry as missing:
            if missing.awaits != self._awaited[aggregate][0]:
                self._awaited[aggregate] = (missing.awaits, 0)
        except Exception as error:
            if is_unavailable(error):
                raise
            log.warning("parked_redrive_failed", aggregate=aggregate, error=type(error).__name__)
        else:
            log.info("parked_redriven", aggregate=aggregate, count=handled)
