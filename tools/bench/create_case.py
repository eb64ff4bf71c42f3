"""Creating a case against a bare endpoint: in turn, on one server, in one run."""

import asyncio
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import bare
import statements
from aftercare_chassis.testing.databases import with_database
from aftersale_svc.main import service as aftersale
from aftersale_svc.settings import Settings
from ground import Ground, Process, script
from measure import CONNECTIONS, Run, run
from orders import BUYER, Orders

SERVICE = "aftersale-svc"
ROUNDS, SECONDS, WARM_UP_SECONDS = 5, 6, 2
AT_LEAST = 3000  # requests per second that there are orders for, however slow the run before was


@dataclass(frozen=True, slots=True)
class Comparison:
    """All runs of both endpoints, in the order they were made."""

    ours: list[Run] = field(default_factory=list)
    bare: list[Run] = field(default_factory=list)

    def middle(self, whose: str, name: str) -> float:
        return float(median(getattr(each, name) for each in getattr(self, whose)))

    def ratio(self, name: str) -> float:
        """The median of ours by the median of the bare endpoint's."""
        return self.middle("ours", name) / self.middle("bare", name)


class Bench:
    """Both endpoints on one ground."""

    def __init__(self, ground: Ground, tell: Callable[[str], None]) -> None:
        self._ground, self._tell = ground, tell
        self._token = ground.token("buyer", BUYER)
        self._bare_database = with_database(ground.servers.postgres, "template1")
        self._orders = Orders(aftersale(ground.settings(Settings, SERVICE)), self._bare_database)
        ground.migrate(SERVICE)
        asyncio.run(self._orders.prepare())

    def count(self) -> tuple[int, int]:
        """(transactions, statements) of one command."""
        return statements.count(
            aftersale(self._ground.settings(Settings, SERVICE, pool_size=1)), self._orders, self._token, self._tell
        )

    def compare(self, *, relay: bool) -> Comparison:
        """Some rounds of both in turn, the service's relay running beside it or stopped."""
        environment, found = self._ground.environment(SERVICE), Comparison()
        names = ["serve", "bare", *(["relay"] if relay else [])]
        for name in names[2:]:
            self._ground.start(name, [script(SERVICE), "relay"], environment)
        ours = self._ground.start("serve", [script(SERVICE), "serve"], environment)
        plain = self._ground.start("bare", [sys.executable, str(Path(bare.__file__)), self._bare_database, "{port}"])
        for endpoint in (ours, plain):
            self._load(endpoint, WARM_UP_SECONDS, AT_LEAST)
        for number in range(1, ROUNDS + 1):
            for endpoint, runs in ((ours, found.ours), (plain, found.bare)):
                runs.append(
                    self._load(endpoint, SECONDS, max(AT_LEAST, int(runs[-1].per_second * 1.5)) if runs else AT_LEAST)
                )
            self._tell(f"round {number}: {found.ours[-1].per_second:.0f}/s against {found.bare[-1].per_second:.0f}/s")
        for name in names:
            self._ground.stop(name)
        return found

    def _load(self, endpoint: Process, seconds: int, guess: int) -> Run:
        first = self._orders.take(seconds * guess)
        found = run(
            endpoint.url,
            seconds=seconds,
            first=first,
            token=self._token,
            service=endpoint.process,
            postgres=self._ground.postgres,
        )
        self._orders.used(first + found.requests + 2 * CONNECTIONS)
        return found
