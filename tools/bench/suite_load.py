"""A running suite under measurement: at rest, with new cases, and with complete stories."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import story_cost
import suite_rest
from aftercare_chassis.testing.databases import with_database
from aftercare_cli.stack.interface import Addresses
from aftercare_cli.stack.local import LocalStack
from aftercare_cli.stack.processes import Processes
from aftercare_cli.stack.service_commands import service_variables
from aftercare_cli.tokens import token
from case_cost import BARE, PER_SECOND, CaseCost, Costs, Endpoint
from commit_lag import Lag, Path
from environment import Process, start
from order_svc.settings import Settings
from orders import BUYER, Make, Orders, create_tables, unknown_orders
from paid_orders import paid_orders
from process_usage import ProcessUsage, running_process
from quiet import quiet
from suite_rest import Rest

LAG_SECONDS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """CPU at rest, of a created case by mode, and of a story in milliseconds by process. `lag`: from the commit of a case to its
    effect in order-svc, while cases are created at the fixed rate."""

    rest: Rest
    cases: dict[str, Costs]
    lag: Lag
    story: dict[str, float]


class Suite:
    """A suite that `local` has started, and what is needed to load it."""

    def __init__(self, local: LocalStack, processes: Processes) -> None:
        self.local, self.processes = local, processes
        self.home, self.addresses = local.layout.home, Addresses.read(local.layout.stack_file)
        self.used = ProcessUsage(processes)
        self._database = with_database(local.infrastructure.postgres, "template1")

    async def warm_up(self) -> None:
        """Run some stories, and wait for their effects."""
        await asyncio.to_thread(story_cost.run_stories, self.home, self.addresses, story_cost.WARM_UP)
        async with quiet(self.addresses) as looks:
            await looks.wait()

    async def new_cases(self) -> Endpoint:
        """The endpoint that creates cases, with paid orders."""
        await create_tables(self._database)
        server = Process(self.addresses.services["aftersale-svc"], running_process(self.processes, "aftersale-svc"))
        return self._endpoint("suite", server, paid_orders(self._settings()))

    async def baseline(self) -> Endpoint:
        """The plain endpoint, started beside the suite, on its PostgreSQL server."""
        server = await asyncio.to_thread(start, self.processes, "bare", [*BARE, self._database, "{port}"])
        return self._endpoint("bare", server, unknown_orders)

    def _settings(self) -> Settings:
        variables = service_variables(self.local.layout, self.addresses.kafka)
        # The variables are checked by the settings class.
        values: dict[str, Any] = {name.removeprefix("AFTERCARE_").lower(): value for name, value in variables.items()}
        return Settings(database_url=self.addresses.databases["order-svc"], **values)

    def _endpoint(self, name: str, server: Process, make: Make) -> Endpoint:
        orders = Orders(make, self._database, self.home / f"{name}.jsonl")
        return Endpoint(name=name, server=server, token=token(self.home, role="buyer", sub=BUYER), orders=orders)


async def measure(suite: Suite, log: Callable[[str], None]) -> Found:
    """All figures of a suite that is running."""
    with suite_rest.broker_alone() as broker:
        await suite.warm_up()
        rest = await suite_rest.measure(suite.used, broker, log)
    async with quiet(suite.addresses) as looks:
        cost = CaseCost(suite.used, looks, rest.cpu)
        created = await suite.new_cases()
        cases = await cost.compare(created, await suite.baseline(), log)
        suite.processes.stop("bare")
        lag = await _lag(suite.addresses.databases, created)
        log(f"from a commit to its effect, at {PER_SECOND} a second: median {lag.p50:.0f} ms, p99 {lag.p99:.0f} ms")
        story = await story_cost.measure(suite.home, suite.addresses, suite.used, looks, rest.cpu)
    log(f"a story: {sum(story.values()):.0f} ms of CPU")
    return Found(rest=rest, cases=cases, lag=lag, story=story)


async def _lag(databases: Mapping[str, str], cases: Endpoint) -> Lag:
    first = await cases.orders.take(PER_SECOND * LAG_SECONDS)
    path = Path(databases["aftersale-svc"], databases["order-svc"], "cases")
    marker = await path.newest()
    await cases.open(first, LAG_SECONDS)
    return Lag.of(await path.ends(marker))
