"""Moves clocks when their calendar has changed, and counts those that are breached."""

from datetime import datetime

from aftercare_chassis.jobs.workers import AT_ONCE, Worker
from aftercare_chassis.lifecycle import SYSTEM
from aftercare_chassis.runtime import Runtime
from prometheus_client import CollectorRegistry, Gauge

from cs_svc.commands.sla import clocks, escalations
from cs_svc.commands.sla.policies import CALENDARS
from cs_svc.domain.sla.policies import ClockKind
from cs_svc.settings import Settings
from cs_svc.tables.sla.clocks import LOCK_OUTDATED, OPEN_CLOCKS

_EVERY_SECONDS = 60.0
_STATES = ("running", "breached")


class SlaMetrics:
    """The clocks of conversations by what is owed. Each process has the same figures."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._clocks = Gauge(
            "aftercare_sla_clocks",
            "Clocks that run, and those whose time has passed, up to 10,000.",
            ["kind", "state"],
            registry=registry,
        )
        self.measured({})

    def measured(self, numbers: dict[tuple[str, str], int]) -> None:
        """Set them."""
        for kind in ClockKind:
            for state in _STATES:
                self._clocks.labels(kind, state).set(numbers.get((kind, state), 0))


async def _move(runtime: Runtime[Settings]) -> datetime | None:
    """Move the clocks of calendars that have changed, a hundred in a transaction."""
    async with runtime.transaction(SYSTEM) as tx:
        outdated = await tx.lock_all(LOCK_OUTDATED)
        calendars = await clocks.calendars_of(tx, outdated)
        for clock in outdated:
            await clocks.move(tx, clock, calendars[clock.calendar_id])
    return AT_ONCE if outdated else None


async def _measure(runtime: Runtime[Settings]) -> datetime | None:
    async with runtime.reader() as reader:
        found = await reader.all(OPEN_CLOCKS)
    runtime.metrics.of(SlaMetrics).measured({(row["kind"], row["state"]): row["number"] for row in found})
    return None


ESCALATE = escalations.escalate
"""The command of the timer of clocks, which is registered where it is defined."""
SLA_CALENDARS: Worker[Settings] = Worker(CALENDARS, _move, idle=_EVERY_SECONDS)
SLA_FIGURES: Worker[Settings] = Worker("sla-figures", _measure, idle=_EVERY_SECONDS)
