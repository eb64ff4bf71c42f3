"""What a created case costs in the whole suite until everything is quiet, compared with a request to the baseline."""

import asyncio
import statistics
import sys
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import baseline
import wrk
from environment import Process
from load import Load
from orders import Orders
from process_usage import ProcessUsage
from quiet import Quiet
from wrk import cpu_seconds

ROUNDS, SECONDS, WARM_UP_SECONDS = 4, 6, 3
PER_SECOND = 30
AT_LEAST = {"suite": 350, "bare": 6000}
"""Requests per second for which there are orders in the first round with all connections."""
BARE = [sys.executable, str(Path(baseline.__file__))]
MODES = (f"{PER_SECOND} a second", f"{wrk.CONNECTIONS} connections")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """One round: requests per second, and CPU milliseconds per request by process."""

    per_second: float
    ms: Mapping[str, float]

    @property
    def total_ms(self) -> float:
        return sum(self.ms.values())


@dataclass(frozen=True, slots=True)
class Costs:
    """All rounds of the suite and of the baseline in one mode."""

    suite: list[Cost] = field(default_factory=list)
    bare: list[Cost] = field(default_factory=list)

    def median_ms(self, whose: str, name: str) -> float:
        """Of one process."""
        return float(statistics.median(each.ms[name] for each in getattr(self, whose)))

    def median(self, whose: str, name: str) -> float:
        """Of `per_second` or `total_ms`."""
        return float(statistics.median(getattr(each, name) for each in getattr(self, whose)))

    @property
    def times(self) -> float:
        """How many requests to the baseline have the CPU of one created case."""
        return self.median("suite", "total_ms") / self.median("bare", "total_ms")

    @property
    def rate(self) -> float:
        """Created cases per second divided by requests per second to the baseline."""
        return self.median("suite", "per_second") / self.median("bare", "per_second")


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One of the two: its server, a token, and its orders."""

    name: str
    server: Process
    token: str
    orders: Orders

    async def open(self, first: int, seconds: int = SECONDS, rate: int = PER_SECOND) -> tuple[int, float]:
        """Load at a fixed rate with the orders from number `first` on; requests, and requests per second."""
        load = Load(self.server.url, "/v1/cases", self.token, self.orders.read(first))
        done = await load.open(rate, seconds)
        self.orders.used(first + done)
        return done, float(rate)

    async def closed(self, first: int, seconds: int = SECONDS) -> tuple[int, float]:
        """The same with all connections."""
        done = await asyncio.to_thread(
            wrk.load, self.server.url, seconds=seconds, bodies=self.orders.bodies, first=first, token=self.token
        )
        self.orders.used(first + done.requests + 2 * wrk.CONNECTIONS)
        return done.requests, done.per_second


class CaseCost:
    """Both endpoints on one PostgreSQL; `rest` is the CPU that the suite uses at rest, in seconds per second."""

    def __init__(self, processes: ProcessUsage, quiet: Quiet, rest: Mapping[str, float]) -> None:
        self._processes, self._quiet, self._rest = processes, quiet, rest

    async def compare(self, suite: Endpoint, bare: Endpoint, log: Callable[[str], None]) -> dict[str, Costs]:
        """Rounds of both endpoints in turn, at the fixed rate and with all connections."""
        found = {mode: Costs() for mode in MODES}
        most = {each.name: AT_LEAST[each.name] for each in (suite, bare)}
        for each in (suite, bare):
            await self._cost(each, partial(each.closed, seconds=WARM_UP_SECONDS), WARM_UP_SECONDS * most[each.name])
        for number in range(1, ROUNDS + 1):
            for each in (suite, bare):
                steady, full = (getattr(found[mode], each.name) for mode in MODES)
                steady.append(await self._cost(each, each.open, SECONDS * PER_SECOND))
                full.append(await self._cost(each, each.closed, SECONDS * most[each.name]))
                most[each.name] = max(100, int(1.5 * full[-1].per_second))
            log(f"round {number}: " + ", ".join(f"{each.times:.1f} × ({mode})" for mode, each in found.items()))
        return found

    async def _cost(self, endpoint: Endpoint, load: Callable[[int], Awaitable[tuple[int, float]]], most: int) -> Cost:
        """The CPU from the first request until everything is quiet, without what the same time costs at rest.

        There are at most `most` requests.
        """
        first = await endpoint.orders.take(most)
        await self._quiet.wait()
        began, before = time.monotonic(), self._cpu(endpoint)
        requests, per_second = await load(first)
        await self._quiet.wait()
        after, seconds = self._cpu(endpoint), time.monotonic() - began
        return Cost(per_second=per_second, ms=cost_ms(before, after, self._rest, seconds, requests))

    def _cpu(self, endpoint: Endpoint) -> dict[str, float]:
        """Of the processes that have to do with the endpoint."""
        found = self._processes.cpu_seconds()
        if endpoint.name == "suite":
            return found
        return {"bare": cpu_seconds(endpoint.server.process), "postgres": found["postgres"]}


def cost_ms(
    before: Mapping[str, float], after: Mapping[str, float], rest: Mapping[str, float], seconds: float, times: float
) -> dict[str, float]:
    """CPU milliseconds of each process for one of `times`, without what it uses at rest."""
    return {name: 1000 * (after[name] - before[name] - rest.get(name, 0.0) * seconds) / times for name in after}
