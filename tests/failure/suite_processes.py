"""The five services as processes, any number per role, and the payment simulator."""

import asyncio
import itertools
import os
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import httpx
from aftercare_chassis.kafka import topics
from aftercare_checker import Report, Suite
from aftercare_cli.stack import databases
from aftercare_cli.stack.layout import SERVICES
from aftercare_events import TOPICS
from counter_service import verify
from hosts import LOOPBACK, Host
from launch_builds import THIS, Build
from retrying_clients import History, RetryingClients
from servers import Process, Servers

SECRET = "whsec_YSBzZWNyZXQgZm9yIHRlc3RzIG9ubHksIDMyIGJ5dGVz"
PASSWORDS = {service.name: f"{number:032x}" for number, service in enumerate(SERVICES, 1)}
ALL_SERVICES = {
    "order-svc": {"serve": 1, "relay": 1, "consume": 1},
    "aftersale-svc": {"serve": 1, "relay": 1, "consume": 1},
    "cs-svc": {"all": 1},
    "kb-svc": {"all": 1},
    "analytics-svc": {"all": 1},
}
_numbers = itertools.count(1)


@dataclass(slots=True)
class SuiteProcesses:
    """The suite under test. `roles` holds the processes by service and role; new ones run `build`, each at a host of `place`."""

    servers: Servers
    clients: RetryingClients
    simulator: Process
    dsns: dict[str, str]
    owners: dict[str, str]
    environment: dict[str, str]
    build: Build = THIS
    place: Callable[[], Host] = Host
    roles: dict[tuple[str, str], list[Process]] = field(default_factory=dict)

    def new(self, service: str, role: str, **environment: str) -> Process:
        """One more process, not started yet."""
        variables = {**self.environment, "AFTERCARE_DATABASE_URL": self.dsns[service], **environment}
        command, variables = self._command(service, role), variables | self.build.environment
        process = self.servers.process(f"{service}-{role}-{next(_numbers)}", command, variables, self.place())
        self.roles.setdefault((service, role), []).append(process)
        return process

    def _command(self, service: str, role: str) -> list[str]:
        return [sys.executable, self.build.launch, f"{service.replace('-', '_')}.main", role]

    async def start(self, wanted: Mapping[str, Mapping[str, int]]) -> None:
        """Start this number of processes per service and role, and wait until they are ready."""
        started = [
            self.new(service, role).start()
            for service, roles in wanted.items()
            for role, number in roles.items()
            for _ in range(number)
        ]
        await asyncio.gather(*(each.wait_ready(120) for each in started))

    def all(self) -> list[Process]:
        return [each for processes in self.roles.values() for each in processes]

    def urls(self, service: str) -> list[str]:
        return [one.url for role in ("serve", "all") for one in self.roles.get((service, role), [])]

    def start_stopped(self) -> list[Process]:
        """Start processes that have ended, without failpoints."""
        stopped = [each for each in self.all() if each.find() is None]
        for each in stopped:
            each.environment.pop("AFTERCARE_CRASH_AT", None)
            each.start()
        return stopped

    async def migrate(self) -> None:
        """Migrate every database to its newest schema, all at the same time."""
        await asyncio.gather(*(self._migrate(service) for service in self.dsns))

    async def _migrate(self, service: str) -> None:
        command = self._command(service, "migrate")
        variables = {
            **self.environment,
            **self.build.environment,
            "AFTERCARE_DATABASE_URL": self.dsns[service],
            "AFTERCARE_MIGRATION_DATABASE_URL": self.owners[service],
        }
        await self.servers.process(f"{service}-migrate", command, variables).start().wait_ended(120)

    def suite(self) -> Suite:
        return Suite(
            kafka=self.servers.kafka.direct, databases=self.dsns, simulator=self.simulator.url, topics=tuple(TOPICS)
        )

    async def verify(self, *, seconds: float = 90, **options: Any) -> Report:
        """Wait until the suite is at rest and run the checker. A violation fails the test with the whole report."""
        return await verify(self.servers, self.suite(), self.clients, seconds, options)


@asynccontextmanager
async def suite_processes(
    servers: Servers,
    wanted: Mapping[str, Mapping[str, int]] = ALL_SERVICES,
    build: Build = THIS,
    *,
    environment: Mapping[str, str] = MappingProxyType({}),
    address: Callable[[str], str] = str,
    place: Callable[[], Host] = Host,
    here: Host = LOOPBACK,
) -> AsyncIterator[SuiteProcesses]:
    """The whole suite of this build, ready. `environment`: further variables of its processes; `address` makes that of a database as they get it.

    `place`: the host of the next process; `here`: where they reach the payment simulator.
    """
    await _prepare(servers)
    simulator = servers.process(
        "payment-simulator",
        [sys.executable, "-m", "aftercare_simulators.payment"],
        {**os.environ, "AFTERCARE_PAYMENT_WEBHOOK_SECRET": SECRET},
        here,
    )
    variables = servers.environment() | {
        "AFTERCARE_PAYMENT_SIMULATOR_URL": simulator.url,
        "AFTERCARE_PAYMENT_WEBHOOK_SECRET": SECRET,
        "FAILURE_SESSION_MS": "3000",
        "FAILURE_LEASE_SECONDS": "3",
        **environment,
    }
    admin = servers.postgres.admin
    dsns = {one.name: address(databases.dsn(admin, one, PASSWORDS[one.name])) for one in SERVICES}
    owners = {one.name: address(databases.dsn(admin, one, PASSWORDS[one.name], role=one.owner)) for one in SERVICES}
    with History.at(servers.home / "history.jsonl") as history:
        async with httpx.AsyncClient(timeout=20, trust_env=False) as http:
            suite = SuiteProcesses(servers, None, simulator, dsns, owners, variables, build, place)  # type: ignore[arg-type]
            suite.clients = RetryingClients(history, http, servers.keys, suite.urls)
            try:
                await _start(suite, wanted)
                yield suite
            finally:
                servers.end([*suite.all(), simulator])


async def _prepare(servers: Servers) -> None:
    """Databases and topics."""
    admin, size = servers.postgres.admin, min(3, len(servers.kafka.brokers))
    await databases.create(admin, PASSWORDS, PASSWORDS)
    await servers.execute(admin, *(f'ALTER DATABASE "{one.database}" SET synchronous_commit = on' for one in SERVICES))
    await topics.create(
        servers.kafka.bootstrap, replication=size, min_isr=min(2, size), partitions=None, retention_ms=-1
    )


async def _start(suite: SuiteProcesses, wanted: Mapping[str, Mapping[str, int]]) -> None:
    suite.simulator.start()
    await suite.migrate()
    # The provider calls back at one address: that of the first process that serves order-svc, which is restarted there.
    order = suite.new("order-svc", "serve")
    suite.environment["AFTERCARE_PUBLIC_URL"] = order.environment["AFTERCARE_PUBLIC_URL"] = order.url
    order.start()
    left = {name: dict(roles) for name, roles in wanted.items()}
    left["order-svc"]["serve"] -= 1
    await suite.start(left)
    await order.wait_ready(120)
    await suite.simulator.wait_ready()
