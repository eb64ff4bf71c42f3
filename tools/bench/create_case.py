"""Creating a case, compared with the baseline: in turn, on one server, in one run."""

import asyncio
import statistics
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import baseline
import statements
from aftercare_chassis.testing.databases import with_database
from aftersale_svc.main import service as aftersale
from aftersale_svc.settings import Settings
from environment import Environment, Process, environment, script
from orders import BUYER, Orders, consumed_orders, create_tables
from wrk import CONNECTIONS, Run, need_wrk, run

SERVICE = "aftersale-svc"
ROUNDS, SECONDS, WARM_UP_SECONDS = 5, 6, 2
AT_LEAST = 6000  # orders per second, even after a slow run


@dataclass(frozen=True, slots=True)
class EndpointRuns:
    """All runs of both endpoints, in order."""

    ours: list[Run] = field(default_factory=list)
    baseline: list[Run] = field(default_factory=list)

    def median(self, whose: str, name: str) -> float:
        return float(statistics.median(getattr(each, name) for each in getattr(self, whose)))

    def ratio(self, name: str) -> float:
        """The median of ours divided by that of the baseline."""
        return self.median("ours", name) / self.median("baseline", name)


def measure(log: Callable[[str], None]) -> tuple[dict[str, EndpointRuns], tuple[int, int]]:
    """The runs with and without a relay, and (transactions, statements) of one command."""
    need_wrk()
    with environment() as env:
        bench = Bench(env, log)
        statements = bench.count()
        cases = {"its relay running beside it": bench.compare(relay=True), "alone": bench.compare(relay=False)}
    return cases, statements


class Bench:
    """Both endpoints in one environment."""

    def __init__(self, env: Environment, log: Callable[[str], None]) -> None:
        self._environment, self._log = env, log
        self._token = env.token("buyer", BUYER)
        self._baseline_database = with_database(env.servers.postgres, "template1")
        make = consumed_orders(aftersale(env.settings(Settings, SERVICE)))
        self._orders = Orders(make, self._baseline_database, env.home / "cases.jsonl")
        env.migrate(SERVICE)
        asyncio.run(create_tables(self._baseline_database))

    def count(self) -> tuple[int, int]:
        """(transactions, statements) of one command."""
        return statements.count(
            aftersale(self._environment.settings(Settings, SERVICE, pool_size=1)), self._orders, self._token, self._log
        )

    def compare(self, *, relay: bool) -> EndpointRuns:
        """Some rounds of both in turn, with the service's relay running or stopped."""
        variables, found = self._environment.variables(SERVICE), EndpointRuns()
        names = ["serve", "bare", *(["relay"] if relay else [])]
        for name in names[2:]:
            self._environment.start(name, [script(SERVICE), "relay"], variables)
        ours = self._environment.start("serve", [script(SERVICE), "serve"], variables)
        baseline_process = self._environment.start(
            "bare", [sys.executable, str(Path(baseline.__file__)), self._baseline_database, "{port}"]
        )
        for endpoint in (ours, baseline_process):
            self._load(endpoint, WARM_UP_SECONDS, AT_LEAST)
        for number in range(1, ROUNDS + 1):
            for endpoint, runs in ((ours, found.ours), (baseline_process, found.baseline)):
                runs.append(
                    self._load(endpoint, SECONDS, max(AT_LEAST, int(runs[-1].per_second * 1.5)) if runs else AT_LEAST)
                )
            self._log(
                f"round {number}: {found.ours[-1].per_second:.0f}/s against {found.baseline[-1].per_second:.0f}/s"
            )
        for name in names:
            self._environment.stop(name)
        return found

    def _load(self, endpoint: Process, seconds: int, guess: int) -> Run:
        first = asyncio.run(self._orders.take(seconds * guess))
        found = run(
            endpoint.url,
            seconds=seconds,
            bodies=self._orders.bodies,
            first=first,
            token=self._token,
            service=endpoint.process,
            postgres=self._environment.postgres,
        )
        self._orders.used(first + found.requests + 2 * CONNECTIONS)
        return found
