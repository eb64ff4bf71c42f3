"""The five services as processes of their own kind each: any number of serve, relay and consume."""

import asyncio
import itertools
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
from aftercare_chassis.kafka import topics
from aftercare_checker import Report, Suite, check, settled
from aftercare_cli.stack import databases
from aftercare_cli.stack.layout import SERVICES
from aftercare_events import TOPICS
from clients import Clients, History
from servers import Process, Servers, python

SECRET = "whsec_YSBzZWNyZXQgZm9yIHRlc3RzIG9ubHksIDMyIGJ5dGVz"
PASSWORDS = {service.name: f"{number:032x}" for number, service in enumerate(SERVICES, 1)}
EVERYTHING = {
    "order-svc": {"serve": 1, "relay": 1, "consume": 1},
    "aftersale-svc": {"serve": 1, "relay": 1, "consume": 1},
    "cs-svc": {"all": 1},
    "kb-svc": {"all": 1},
    "analytics-svc": {"all": 1},
}
_numbers = itertools.count(1)


@dataclass(slots=True)
class Town:
    """The suite under test."""

    servers: Servers
    clients: Clients
    simulator: Process
    dsns: dict[str, str]
    environment: dict[str, str]
    parts: dict[tuple[str, str], list[Process]] = field(default_factory=dict)

    def new(self, service: str, part: str, **environment: str) -> Process:
        """One more process, not started yet."""
        own = {**self.environment, "AFTERCARE_DATABASE_URL": self.dsns[service], **environment}
        command = python("launch.py", f"{service.replace('-', '_')}.main", part)
        made = self.servers.process(f"{service}-{part}-{next(_numbers)}", command, own)
        self.parts.setdefault((service, part), []).append(made)
        return made

    async def start(self, wanted: Mapping[str, Mapping[str, int]]) -> None:
        made = [
            self.new(service, part).start()
            for service, parts in wanted.items()
            for part, number in parts.items()
            for _ in range(number)
        ]
        await asyncio.gather(*(each.ready(120) for each in made))

    def all(self) -> list[Process]:
        return [each for some in self.parts.values() for each in some]

    def urls(self, service: str) -> list[str]:
        return [one.url for part in ("serve", "all") for one in self.parts.get((service, part), [])]

    def revive(self) -> list[Process]:
        """Start what has fallen, without any crash point."""
        fallen = [each for each in self.all() if each.found() is None]
        for each in fallen:
            each.environment.pop("AFTERCARE_CRASH_AT", None)
            each.start()
        return fallen

    async def migrate(self) -> None:
        """Every database at its newest schema."""

        async def one(service: str) -> None:
            environment = {**self.environment, "AFTERCARE_DATABASE_URL": self.dsns[service]}
            command = python("launch.py", f"{service.replace('-', '_')}.main", "migrate")
            await self.servers.process(f"{service}-migrate", command, environment).start().gone(120)

        for service in self.dsns:
            await one(service)

    def suite(self) -> Suite:
        return Suite(
            kafka=self.servers.kafka.direct, databases=self.dsns, simulator=self.simulator.url, topics=tuple(TOPICS)
        )

    async def judged(self, *, seconds: float = 90, **options: Any) -> Report:
        """Wait for rest, then let the checker look; AssertionError with its whole report where anything is wrong."""
        rest = await settled(self.suite(), seconds)
        report = await check(self.suite(), self.clients.history.commands(), **options)
        assert report.holds, f"\n{report}\n{self.servers.testimony()}"
        assert rest, f"not at rest within {seconds} s\n{report}\n{self.servers.testimony()}"
        return report


@asynccontextmanager
async def town(servers: Servers, wanted: Mapping[str, Mapping[str, int]] = EVERYTHING) -> AsyncIterator[Town]:
    """The whole suite, ready."""
    admin = servers.postgres.admin
    await databases.provide(admin, PASSWORDS)
    await servers.execute(admin, *(f'ALTER DATABASE "{one.database}" SET synchronous_commit = on' for one in SERVICES))
    size = min(3, len(servers.kafka.brokers))
    await topics.create(
        servers.kafka.bootstrap, replication=size, min_isr=min(2, size), partitions=None, retention_ms=-1
    )
    simulator = servers.process(
        "payment-simulator",
        [python("launch.py")[0], "-m", "aftercare_simulators.payment"],
        {**os.environ, "AFTERCARE_PAYMENT_WEBHOOK_SECRET": SECRET},
    )
    environment = servers.environment() | {
        "AFTERCARE_PAYMENT_SIMULATOR_URL": simulator.url,
        "AFTERCARE_PAYMENT_WEBHOOK_SECRET": SECRET,
        "FAILURE_SESSION_MS": "3000",
        "FAILURE_LEASE_SECONDS": "3",
    }
    dsns = {one.name: databases.dsn(admin, one, PASSWORDS[one.name]) for one in SERVICES}
    with History.at(servers.home / "history.jsonl") as history:
        async with httpx.AsyncClient(timeout=20, trust_env=False) as http:
            made = Town(servers, None, simulator, dsns, environment)  # type: ignore[arg-type]
            made.clients = Clients(history, http, servers.keys, made.urls)
            simulator.start()
            await made.migrate()
            # Providers call back at an address that outlives the process behind it: the first that serves.
            order = made.new("order-svc", "serve")
            environment["AFTERCARE_PUBLIC_URL"] = order.environment["AFTERCARE_PUBLIC_URL"] = order.url
            order.start()
            left = {name: dict(parts) for name, parts in wanted.items()}
            left["order-svc"]["serve"] -= 1
            await made.start(left)
            await order.ready(120)
            await simulator.ready()
            try:
                yield made
            finally:
                servers.end([*made.all(), simulator])
