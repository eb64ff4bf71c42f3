"""What a suite does at rest and for a created case at some rates: CPU by process and by function, wake-ups, commits,
statements with their time, and requests to Kafka.

Each rate is loaded three times: for CPU and counters, which are read from outside; with the log of all statements; and with
samples of the services' functions. The last two cost CPU of their own.
"""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import function_samples
import kafka_requests
import suite
import suite_rest
from aftercare_cli.stack.interface import NoProgress
from aftercare_cli.stack.layout import SERVICES
from case_cost import Endpoint
from function_samples import Samples
from process_usage import per_second, running_process
from quiet import Quiet, quiet
from suite_counters import NOTHING, Activity, Counters
from suite_load import Suite

RATES = (30, 70, 150)
"""Created cases a second."""
REST_SECONDS, LOAD_SECONDS = 30, 20
RUNS = 3
"""How often each rate is loaded."""
SETTLE_SECONDS = 12.0
"""After a load. PostgreSQL counts the last commits of a session that has become idle within ten seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """A rate: cases a second wanted and done, events and activity per case, and the samples of each service."""

    rate: int
    done: float
    events: float
    case: Activity
    samples: Mapping[str, Samples]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Wake-ups per second at rest by process, activity per second at rest, the rates, and the seconds of each load."""

    wakeups: Mapping[str, float]
    rest: Activity
    loads: Sequence[Loaded]
    seconds: int


def parse_rates(text: str) -> tuple[int, ...]:
    """Whole numbers above 0 with commas between them. Raises: ValueError."""
    found = tuple(int(each) for each in text.split(","))
    if min(found) < 1:
        raise ValueError(text)
    return found


def measure(rates: Sequence[int], seconds: int, log: Callable[[str], None]) -> Found:
    """Start a suite, profile it, and stop it."""
    if reason := kafka_requests.unavailable() or function_samples.unavailable():
        raise SystemExit(f"bench: {reason}")
    with suite.stack() as (local, _, processes):
        local.up(NoProgress())
        found = asyncio.run(profile(Suite(local, processes), rates, seconds, log))
        local.down(NoProgress())
    return found


async def profile(running: Suite, rates: Sequence[int], seconds: int, log: Callable[[str], None]) -> Found:
    """All counts of a suite that is running. Its quiet is checked outside of what is counted."""
    cases, counters = await running.new_cases(), Counters(running)
    await running.warm_up()
    await asyncio.sleep(suite_rest.AFTER_SECONDS)
    began, before = time.monotonic(), running.used.wakeups()
    await asyncio.sleep(REST_SECONDS)
    wakeups = per_second(before, running.used.wakeups(), time.monotonic() - began)
    log(f"at rest: {sum(wakeups.values()):.0f} wake-ups per second")
    rest, _ = await counters.count(_wait, NOTHING)
    log(f"at rest: {sum(rest.commits.values()):.1f} commits per second")
    loads = []
    async with quiet(running.addresses) as looks:
        for rate in rates:
            loads.append(await _load(running, looks, RateLoad(cases, looks, rate, seconds), counters, rest))
            log(f"{rate} cases/s: {sum(loads[-1].case.cpu_ms.values()):.1f} ms of CPU per case")
    return Found(wakeups=wakeups, rest=rest, loads=loads, seconds=seconds)


async def _wait() -> int:
    await asyncio.sleep(REST_SECONDS)
    return 0


class RateLoad:
    """New cases at a fixed rate."""

    def __init__(self, cases: Endpoint, looks: Quiet, rate: int, seconds: int) -> None:
        self._cases, self._looks, self.rate, self.seconds = cases, looks, rate, seconds
        self._created, self._loaded = 0, 0.0

    @property
    def done(self) -> float:
        """How many cases were created a second, in all runs."""
        return self._created / self._loaded

    async def prepare(self) -> None:
        """Make the orders for all runs, and wait for their effects."""
        await self._cases.orders.take(RUNS * self.rate * self.seconds)
        await self._looks.wait()

    async def run(self) -> int:
        """Create cases, and return their number when their effects are there."""
        first = await self._cases.orders.take(self.rate * self.seconds)
        began = time.monotonic()
        created, _ = await self._cases.open(first, self.seconds, self.rate)
        self._created, self._loaded = self._created + created, self._loaded + time.monotonic() - began
        await asyncio.sleep(SETTLE_SECONDS)
        await self._looks.wait()  # mostly one look, which the counters have as well
        return created


async def _load(running: Suite, looks: Quiet, load: RateLoad, counters: Counters, rest: Activity) -> Loaded:
    await load.prepare()
    published = await looks.published()
    case, created = await counters.count(load.run, rest)
    events = (await looks.published() - published) / created
    services = {one.name: running_process(running.processes, one.name) for one in SERVICES}
    samples, _ = await asyncio.gather(function_samples.sample(services, load.seconds), load.run())
    return Loaded(rate=load.rate, done=load.done, events=events, case=case, samples=samples)
