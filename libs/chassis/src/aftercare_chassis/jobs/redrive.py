"""Parked events that wait for an event of another aggregate are retried without an operator once that event was handled.

Events that were parked for another reason are left to an operator.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic

import structlog

from aftercare_chassis.consumer.dispatcher import Handlers
from aftercare_chassis.consumer.errors import Retry
from aftercare_chassis.consumer.parked_events import ParkedEvents
from aftercare_chassis.consumer.parking import REDRIVE
from aftercare_chassis.database.errors import is_unavailable
from aftercare_chassis.jobs.workers import Worker
from aftercare_chassis.park_reason import ParkReason
from aftercare_chassis.runtime import Runtime
from aftercare_chassis.settings import S

log = structlog.get_logger(__name__)

POLL = timedelta(seconds=1)
"""From one look to the next while events are parked."""
IDLE_SECONDS = 10.0
DECIDED_BY = "system"
_PARKED = """
SELECT DISTINCT aggregateid FROM parked_event WHERE consumer = $1 AND trouble = $2 AND aggregateid <> '' LIMIT 100
"""


@dataclass(frozen=True, slots=True)
class _Awaited:
    """The aggregate that a parked event waits for, and the sequence of its last event at the last retry."""

    aggregate: str
    sequence: int


# Which aggregate a parked event waits for is known from its last retry only: each is retried once after the start.
_UNKNOWN = _Awaited("", -1)


class Redrive(Generic[S]):
    """Retries the parked events of these handlers, and keeps what each parked aggregate waits for."""

    def __init__(self, handlers: Handlers[S]) -> None:
        self._handlers = handlers
        self._awaited: dict[str, _Awaited] = {}

    def worker(self) -> Worker[S]:
        """The worker that does it: every second while events are parked, and when one was parked."""
        return Worker(REDRIVE, self.step, idle=IDLE_SECONDS)

    async def step(self, runtime: Runtime[S]) -> datetime | None:
        """Retry the aggregates for which the awaited event was handled since their last retry."""
        async with runtime.connection() as connection:
            parked = await connection.fetch(_PARKED, runtime.name, ParkReason.EVENT_MISSING)
        self._awaited = {row["aggregateid"]: self._awaited.get(row["aggregateid"], _UNKNOWN) for row in parked}
        last = await runtime.handled({each.aggregate for each in self._awaited.values()}) if self._awaited else {}
        for aggregate, awaited in list(self._awaited.items()):
            sequence = last.get(awaited.aggregate, 0)
            if sequence > awaited.sequence:
                self._awaited[aggregate] = _Awaited(awaited.aggregate, sequence)
                await self._retry(runtime, aggregate)
        return runtime.clock.now() + POLL if parked else None

    async def _retry(self, runtime: Runtime[S], aggregate: str) -> None:
        try:
            handled = await ParkedEvents(runtime, self._handlers).retry_key(aggregate, by=DECIDED_BY)
        except Retry as missing:
            if missing.awaits != self._awaited[aggregate].aggregate:
                self._awaited[aggregate] = _Awaited(missing.awaits, 0)
        except Exception as error:
            if is_unavailable(error):
                raise
            log.warning("parked_redrive_failed", aggregate=aggregate, error=type(error).__name__)
        else:
            log.info("parked_redriven", aggregate=aggregate, count=handled)
