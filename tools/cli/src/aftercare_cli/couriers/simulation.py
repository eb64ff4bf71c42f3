"""Parcels that live as their courier's simulator has it, pushed to the running order-svc."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import httpx
from aftercare_simulators.couriers import (
    Courier,
    Disorder,
    Fault,
    Reply,
    Request,
    Scan,
    Tally,
    life,
    schedule,
    with_fault,
)

from aftercare_cli.couriers.partners import SIMULATED


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulation:
    """What happens to the parcels, how it is pushed, and which pushes are wrong: one of each fault about the first parcel.

    `pause` is the time between two scans of a parcel; the first happens after `since`.
    """

    partner: str
    waybills: Sequence[str]
    life: str = "delivered"
    carrier: str | None = None
    reference: str | None = None
    delivered_to: str | None = None
    since: datetime
    pause: timedelta = timedelta(minutes=1)
    disorder: Disorder = Disorder()  # noqa: RUF009  # it is frozen
    faults: Sequence[Fault] = ()
    seed: int = 0

    def parcels(self) -> list[Sequence[Scan]]:
        """The true histories."""
        return [
            life(
                SIMULATED[self.partner],
                self.life,
                waybill_no=waybill,
                since=self.since,
                carrier=self.carrier,
                reference=self.reference,
                delivered_to=self.delivered_to,
                pause=self.pause,
            )
            for waybill in self.waybills
        ]


async def simulate(simulation: Simulation, url: str, secret: str, http: httpx.AsyncClient) -> Tally:
    """Post the pushes to the address and repeat them as the partner does, without its pauses; what has become of them."""
    partner, parcels = SIMULATED[simulation.partner], simulation.parcels()

    async def post(request: Request) -> Reply:
        try:
            response = await http.post(url, content=request.body, headers=dict(request.headers))
        except httpx.HTTPError:
            return Reply(0, b"")
        return Reply(response.status_code, response.content)

    async def no_pause(_: float) -> None: ...

    courier = Courier(partner, post, pause=no_pause)
    dice = random.Random(simulation.seed)  # noqa: S311  # a simulation
    for fault in simulation.faults:
        await courier.deliver(with_fault(partner, parcels[0], secret, fault))
    for push in schedule(partner, parcels, secret, disorder=simulation.disorder, dice=dice):
        await courier.deliver(push.request)
    return courier.tally
