"""Looks once an hour whether codes of couriers that were not known have a meaning by now, as after a release, and has their scans read again."""

from collections.abc import Mapping
from datetime import datetime

from aftercare_chassis.jobs.workers import AT_ONCE, Worker
from aftercare_chassis.runtime import Runtime

from order_svc.commands.parcels import reread_scans
from order_svc.commands.parcels.reread_scans import Rereading
from order_svc.integrations.couriers.port import Courier
from order_svc.settings import Settings

NAME = "courier-codes"
_EVERY_SECONDS = 3600.0


class CourierCodes:
    """Goes through the list of codes, with the adapters of all couriers."""

    def __init__(self, couriers: Mapping[str, Courier]) -> None:
        self._couriers = couriers
        self._after = ""
        self._reading: Rereading | None = None

    def worker(self) -> Worker[Settings]:
        """The worker: a code, or some of the pushes of one, at a time."""
        return Worker(NAME, self.step, idle=_EVERY_SECONDS)

    async def step(self, runtime: Runtime[Settings]) -> datetime | None:
        """Look at the next code, or read the next pushes of one again; None once the list is through."""
        async with runtime.transaction() as tx:
            reading = self._reading
            if reading is not None:
                reading = await reread_scans.go_on(tx, self._couriers[reading.code.partner], reading)
                tx.after_commit(lambda: self._set(self._after, reading))
                return AT_ONCE
            code, known = await reread_scans.next_known(tx, self._couriers, self._after)
            if code is None:
                self._set("", None)
                return None
            self._set(code.id, Rereading(code) if known else None)
        return AT_ONCE

    def _set(self, after: str, reading: Rereading | None) -> None:
        self._after, self._reading = after, reading
