"""What each command of a case, a dispute or a claim costs, over the REST API of aftersale-svc in a process of its own.

The stories of `services/aftersale-svc/tests/integration/command_stories.py` take every command. Events come in and timers run in this process, as in
those tests; the commands go to a server that has the same database and, by `shifted_service.py`, the same clock.
"""

import asyncio
import importlib
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

import httpx
import shifted_service
from aftercare_chassis.settings import PREFIX
from bare_requests import NAME as BARE
from bare_requests import STATEMENTS, bare
from busy_commands import CASES, CONNECTIONS, Average, busy
from cpu_meter import QUIET_SECONDS, CpuMeter
from environment import Environment, environment
from load import Client
from options import Took, options
from shifted_service import SharedClock

ROUNDS, AT_MOST_MS = 6, 2.5
SERVICE = "aftersale-svc"
STORIES = Path(__file__).parents[2] / "services" / "aftersale-svc" / "tests" / "integration"

TITLE = f"""
## Commands

Each command of a case, a dispute or a claim in `aftersale-svc serve`, one after the other (`make bench P=commands`): medians of {ROUNDS} rounds after a warm-up. At most: {AT_MOST_MS} ms of CPU of aftersale-svc, and 8 statements
(`services/aftersale-svc/tests/integration/test_command_cost.py` names those that need more). CPU of a request from its start to {1000 * QUIET_SECONDS:.0f} ms after its response.

| command | calls | aftersale-svc, ms | PostgreSQL, ms | statements |
|---|---|---|---|---|
"""
BUSY = f"""
The same where {CONNECTIONS} connections send a command for {CASES} cases, so that the process does not sleep in between: the average of the last of them. PostgreSQL flushes the commits of several together.

| command | aftersale-svc, ms | PostgreSQL, ms |
|---|---|---|
"""
OPTIONS = """
`GET /v1/orders/{order_id}/after-sale-options`, one after the other. At most: 20 ms (p95).

| lines of the order | p50, ms | p95, ms |
|---|---|---|
"""

# Any: bodies and answers are JSON; the support modules of the tests are no package, and are found at run time.


@dataclass(slots=True)
class Cost:
    """CPU milliseconds of the calls of one command: of the service and of PostgreSQL, and its statements at most."""

    statements: int
    service: list[float] = field(default_factory=list)
    postgres: list[float] = field(default_factory=list)


def measure(log: Callable[[str], None]) -> str:
    """Run the stories, and return the section of the page."""
    sys.path.append(str(STORIES))
    with environment() as env:
        return asyncio.run(_measure(env, log))


async def _measure(env: Environment, log: Callable[[str], None]) -> str:
    tests = importlib.import_module("test_command_cost")
    async with tests.started(env.servers.postgres) as harness:
        rounds = Rounds(env, harness, tests)
        await rounds.run(log)
        took = await options(rounds.url, harness)
        averages = await busy(rounds.url, harness, tests, rounds.meter.total)
        alone, average = await bare(env)
        rounds.costs[BARE] = Cost(STATEMENTS, *map(list, zip(*alone, strict=True)))
        return section(rounds.costs, [*averages, average], took)


def section(costs: dict[str, Cost], averages: list[Average], took: list[Took]) -> str:
    """The section of the page, the dearest command first."""
    rows = sorted(((median(each.service), name, each) for name, each in costs.items()), reverse=True)
    text = TITLE
    for service, name, each in rows:
        text += (
            f"| {name} | {len(each.service)} | {_bold(service)} | {median(each.postgres):.2f} | {each.statements} |\n"
        )
    text += BUSY + "".join(f"| {each.name} | {_bold(each.service)} | {each.postgres:.2f} |\n" for each in averages)
    text += _surcharge(costs, averages)
    return text + OPTIONS + "".join(f"| {each.lines} | {each.ms(50):.1f} | **{each.ms(95):.1f}** |\n" for each in took)


def _surcharge(costs: dict[str, Cost], averages: list[Average]) -> str:
    """How many times the CPU a request takes that comes alone: of the commands that both tables have, and of the plain endpoint."""
    times = {each.name: median(costs[each.name].service) / each.service for each in averages if each.name in costs}
    of_bare = times.pop(BARE, None)
    if of_bare is None or not times:
        return ""
    return (
        f"\nAlone, these commands take {median(times.values()):.1f} × the CPU of aftersale-svc that they take here (median), and a bare request of "
        f"`baseline.py`, the plain endpoint of the first section, {of_bare:.1f} × that of its process.\n"
    )


def _bold(ms: float) -> str:
    """Milliseconds; in bold where they are too many."""
    return f"**{ms:.2f}**" if ms > AT_MOST_MS else f"{ms:.2f}"


class Rounds:
    """The stories again and again, each time in an empty database; each has an order of its own, since the units of one can be rejected five times only."""

    def __init__(self, env: Environment, harness: Any, tests: Any) -> None:
        self.costs: dict[str, Cost] = {}
        self._clients: dict[str, Client] = {}
        self._env, self._harness, self._tests = env, harness, tests
        self._stories = importlib.import_module("command_stories").STORIES

    async def run(self, log: Callable[[str], None]) -> None:
        """A round in this process, in which the statements are counted; then all rounds with the server, the first to warm it up."""
        shop = await self._tests.shop_of(self._harness, len(self._stories))
        async with self._tests.counting(shop) as seen:
            for number, story in enumerate(self._stories, 1):
                await story(self._tests.Counted(shop, seen, number))
        self._serve()
        for number in range(ROUNDS + 1):
            if number == 1:
                self.costs.clear()
            await self._harness.reset()
            shop = await self._tests.shop_of(self._harness, len(self._stories))
            self._clients.clear()
            for of, story in enumerate(self._stories, 1):
                await story(self._tests.NamedCommands(shop, self._post, of))
            log(f"round {number}: {len(self.costs)} commands")
        self.set_clock()

    def set_clock(self) -> None:
        """Let the server have the time of this process."""
        self._clock.set(self._harness.clock.now())

    def _serve(self) -> None:
        file = self._env.home / "clock"
        file.write_bytes(bytes(shifted_service.SECONDS.size))
        self._clock = SharedClock(file)
        self.set_clock()
        command = [sys.executable, shifted_service.__file__, str(file)]
        server = self._env.start("commands", command, dict(_variables(self._harness.settings)))
        self.url, self.meter = server.url, CpuMeter(server.process, self._env.postgres)

    async def _post(self, client: httpx.AsyncClient, name: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Send a command with the token of this client to the server, and keep what it costs."""
        token = client.headers["authorization"].partition(" ")[2]
        sender = self._clients.setdefault(token, Client(self.url, token))
        self.set_clock()
        answer, service, postgres = await self.meter.of(sender.post(path, json.dumps(body).encode()))
        cost = self.costs.setdefault(name, Cost(self._tests.SPENT[name]))
        cost.service.append(service)
        cost.postgres.append(postgres)
        found: dict[str, Any] = json.loads(answer)
        return found


def _variables(settings: Any) -> Iterator[tuple[str, str]]:
    """The variables from which a process reads these settings."""
    for name in settings.model_fields_set:
        value = getattr(settings, name)
        value = sorted(value) if isinstance(value, set | frozenset) else value
        yield PREFIX + name.upper(), json.dumps(value) if isinstance(value, dict | list) else str(value)
