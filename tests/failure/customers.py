"""Customers who buy and return, one scenario after the other, while something fails."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aftercare_chassis.testing import until
from shop_scenarios import Scenarios
from suite_processes import SuiteProcesses


@dataclass(slots=True)
class Customers:
    """The names of the scenarios that have ended."""

    names: list[str] = field(default_factory=list)

    async def further(self, number: int) -> None:
        """Wait until this number of further scenarios has ended."""
        wanted = len(self.names) + number

        async def reached() -> bool:
            return len(self.names) >= wanted

        await until(reached, f"{number} further scenarios", 300)


@asynccontextmanager
async def customers(suite: SuiteProcesses, number: int) -> AsyncIterator[Customers]:
    """So many customers at the same time, during the block."""
    enough, ended = asyncio.Event(), Customers()

    async def run() -> None:
        while not enough.is_set():
            shop = Scenarios(suite, timeout=240)
            scenario = random.choice([shop.refund_before_shipment, shop.return_by_post])
            await scenario()
            ended.names.append(scenario.__name__)

    running = asyncio.gather(*(run() for _ in range(number)))
    try:
        yield ended
    finally:
        enough.set()
        await running
