"""counter-svc as processes, with a database and a topic of its own; load from clients, and the checker."""

import asyncio
import itertools
import random
import time
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
import httpx
from aftercare_chassis.testing import until
from aftercare_checker import Report, Suite, check, settled
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from retrying_clients import History, RetryingClients
from servers import Process, Servers, python

CLIENT = ("buyer", "buyer-1", None)
PARTITIONS = 12
# How long Kafka waits for a consumer that died before another gets its partitions.
SHORT_SESSION = {"FAILURE_SESSION_MS": "3000"}
_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Pause:
    """A file that stops the modes `hold` and `pause` of counter-svc while it exists."""

    file: Path

    @property
    def environment(self) -> dict[str, str]:
        return {"COUNTER_PAUSE": str(self.file)}

    def begin(self) -> None:
        self.file.touch()
        self.file.with_suffix(".reached").unlink(missing_ok=True)

    def end(self) -> None:
        self.file.unlink()

    async def reached(self) -> None:
        """Wait until a process has stopped at the file."""

        async def exists() -> bool:
            return self.file.with_suffix(".reached").exists()

        await until(exists, "a process stops at the pause", 60)


@dataclass(slots=True)
class CounterService:
    """One counter-svc under test. `roles` holds its processes by role; `acknowledged` counts the events of commands
    that were answered with success."""

    servers: Servers
    name: str
    topic: str
    dsn: str
    clients: RetryingClients
    environment: dict[str, str]
    roles: dict[str, list[Process]] = field(default_factory=dict)
    counters: list[str] = field(default_factory=list)
    acknowledged: int = 0

    def new(self, role: str, **environment: str) -> Process:
        """One more process of a role, not started yet."""
        label = f"{self.name}-{role}-{next(_numbers)}"
        process = self.servers.process(label, python("counter_svc.py", role), {**self.environment, **environment})
        self.roles.setdefault(role, []).append(process)
        return process

    async def start(
        self, *, serve: int = 0, relay: int = 0, consume: int = 0, all: int = 0, **environment: str
    ) -> list[Process]:
        """Start this number of processes per role and wait until they are ready; `all` is every role in one process."""
        wanted = [("serve", serve), ("relay", relay), ("consume", consume), ("all", all)]
        started = [self.new(role, **environment).start() for role, number in wanted for _ in range(number)]
        await asyncio.gather(*(each.wait_ready() for each in started))
        return started

    def end(self, role: str) -> None:
        """End all processes of a role for good."""
        self.servers.end(self.roles.pop(role))

    def all(self) -> list[Process]:
        return [each for processes in self.roles.values() for each in processes]

    def urls(self) -> list[str]:
        return [one.url for role in ("serve", "all") for one in self.roles.get(role, [])]

    def start_stopped(self) -> None:
        """Start processes that have ended, as a supervisor does."""
        for each in self.all():
            if each.find() is None:
                each.start()

    async def run(self, *arguments: str, **environment: str) -> None:
        """Run a command of the service to its end."""
        label = f"{self.name}-{arguments[0]}-{next(_numbers)}"
        environment = {**self.environment, **environment}
        await self.servers.process(label, python("counter_svc.py", *arguments), environment).start().wait_ended()

    async def create_counters(self, number: int) -> list[str]:
        """Create counters; the ids of all."""
        bodies: list[dict[str, Any]] = [{} for _ in range(number)]
        created = await asyncio.gather(
            *(self.clients.command(self.name, "/v1/counters", body, client=CLIENT) for body in bodies)
        )
        self.counters += [each["id"] for each in created if each]
        self.acknowledged += len([each for each in created if each])
        return self.counters

    async def increment(self, counter: str, times: int = 1, mode: str = "", wait: float = 0, pad: int = 0) -> None:
        """Increment a counter; see counter_svc.increment."""
        body = {"times": times, "mode": mode, "wait": wait, "pad": pad}
        if await self.clients.command(self.name, f"/v1/counters/{counter}/increment", body, client=CLIENT):
            self.acknowledged += times

    async def load(self, events: int, *, writers: int = 8, times: int = 5, mode: Callable[[], str] = str) -> None:
        """Increment random counters until this number of events was requested, `times` per command."""
        left = itertools.count(events, -times)

        async def write() -> None:
            while (some := next(left)) > 0:
                await self.increment(random.choice(self.counters), min(times, some), mode())

        await asyncio.gather(*(write() for _ in range(writers)))

    @asynccontextmanager
    async def under_load(self, *, writers: int = 4, times: int = 5, pause: float = 0.02) -> AsyncIterator[None]:
        """Increment random counters while the block runs; each writer pauses between two commands (seconds)."""
        enough = asyncio.Event()

        async def write() -> None:
            while not enough.is_set():
                await self.increment(random.choice(self.counters), times)
                await asyncio.sleep(pause)

        writing = asyncio.gather(*(write() for _ in range(writers)))
        try:
            yield
        finally:
            enough.set()
            await writing

    async def fetch(self, sql: str, *arguments: object) -> list[Any]:
        connection = await asyncpg.connect(self.dsn, timeout=20)
        try:
            return list(await connection.fetch(sql, *arguments))
        finally:
            await connection.close()

    async def effects(self) -> int:
        return int((await self.fetch("SELECT count(*) AS n FROM effects"))[0]["n"])

    async def state_hash(self) -> str:
        """A hash of the folded state of all counters, which depends on the order of events."""
        query = "SELECT md5(string_agg(subject || ':' || total || ':' || chain, ',' ORDER BY subject)) AS h FROM totals"
        return str((await self.fetch(query))[0]["h"])

    async def wait_effects(self, number: int, seconds: float = 60) -> None:
        async def reached() -> bool:
            return await self.effects() >= number

        await until(reached, f"{number} effects", seconds)

    async def wait_acknowledged(self, number: int, seconds: float = 60) -> None:
        """Wait until this number of further events is acknowledged."""
        wanted = self.acknowledged + number

        async def reached() -> bool:
            return self.acknowledged >= wanted

        await until(reached, f"{number} further events acknowledged", seconds)

    async def wait_outbox_empty(self, seconds: float = 60) -> float:
        """Wait until the outbox is empty; the seconds that it took."""
        begun = time.monotonic()

        async def empty() -> bool:
            try:
                return not (await self.fetch("SELECT count(*) AS n FROM outbox"))[0]["n"]
            except (OSError, asyncpg.PostgresError):
                return False

        await until(empty, "the outbox is empty", seconds)
        return time.monotonic() - begun

    async def longest_gap(self) -> float:
        """The longest time between two effects, in seconds."""
        query = "SELECT max(step) AS gap FROM (SELECT at - lag(at) OVER (ORDER BY at) AS step FROM effects) AS steps"
        return float((await self.fetch(query))[0]["gap"].total_seconds())

    def suite(self) -> Suite:
        return Suite(
            kafka=self.servers.kafka.direct,
            databases={self.name: self.dsn},
            topics=(self.topic,),
            journals={self.name: "effects"},
        )

    async def verify(self, *, seconds: float = 60, **options: Any) -> Report:
        """Wait until the service is at rest and run the checker. A violation fails the test with the whole report."""
        return await verify(self.servers, self.suite(), self.clients, seconds, options)


async def replayed_state_hash(service: CounterService, **environment: str) -> str:
    """The hash of the state after another consumer has consumed the whole log into an empty database."""
    servers, database = service.servers, f"{service.name}-replayed".replace("-", "_")
    admin = servers.postgres.admin
    await servers.execute(admin, f'CREATE DATABASE "{database}" TEMPLATE "{servers.template}"')
    dsn = admin.rpartition("/")[0] + f"/{database}"
    # Under another name, Kafka has no offsets of it, and it starts at its own, empty cursors.
    variables = {**service.environment, "AFTERCARE_DATABASE_URL": dsn, "COUNTER_NAME": f"{service.name}-again"}
    replay = CounterService(servers, service.name, service.topic, dsn, service.clients, variables)
    await replay.start(consume=1, **environment)
    try:
        await replay.wait_effects(await service.effects(), 600)
        return await replay.state_hash()
    finally:
        servers.end(replay.all())


async def verify(
    servers: Servers, suite: Suite, clients: RetryingClients, seconds: float, options: dict[str, Any]
) -> Report:
    """Run the checker when the suite is at rest, after `seconds` at the latest.

    Raises:
        AssertionError: an invariant does not hold, or the suite is not at rest; with the report and the logs.
    """
    at_rest = await settled(suite, seconds)
    report = await check(suite, clients.history.commands(), **options)
    assert report.holds, f"\n{report}\n{servers.log_excerpts()}"
    assert at_rest, f"not at rest within {seconds} s\n{report}\n{servers.log_excerpts()}"
    return report


@asynccontextmanager
async def counter_service(
    servers: Servers, *, kafka: str | None = None, **environment: str
) -> AsyncIterator[CounterService]:
    """A counter-svc without any process yet."""
    name = f"counter-{uuid.uuid4().hex[:6]}-svc"
    topic, database = f"aftercare.{name}.v1", name.replace("-", "_")
    admin = servers.postgres.admin
    template = await _template(servers)
    await servers.execute(
        admin,
        f'CREATE DATABASE "{database}" TEMPLATE "{template}"',
        # Commits survive an immediate stop of the server, which has no fsync here: only a power cut could lose them.
        f'ALTER DATABASE "{database}" SET synchronous_commit = on',
    )
    dsn = admin.rpartition("/")[0] + f"/{database}"
    await create_topic(servers.kafka.bootstrap, topic, min(3, len(servers.kafka.brokers)))
    own = {"COUNTER_NAME": name, "COUNTER_TOPIC": topic, "AFTERCARE_DATABASE_URL": dsn}
    variables = servers.environment(kafka=kafka) | own | environment
    async with AsyncExitStack() as stack:
        history = stack.enter_context(History.at(servers.home / f"{name}.jsonl"))
        http = await stack.enter_async_context(httpx.AsyncClient(timeout=20, trust_env=False))
        service = CounterService(servers, name, topic, dsn, None, variables)  # type: ignore[arg-type]
        service.clients = RetryingClients(history, http, servers.keys, lambda _: service.urls())
        try:
            yield service
        finally:
            servers.end(service.all())


async def _template(servers: Servers) -> str:
    """The name of a database with the tables of counter-svc, created once per server."""
    if not servers.template:
        servers.template = "counter_template"
        await servers.execute(servers.postgres.admin, f'CREATE DATABASE "{servers.template}"')
        dsn = servers.postgres.admin.rpartition("/")[0] + f"/{servers.template}"
        variables = servers.environment() | {"AFTERCARE_DATABASE_URL": dsn}
        await servers.process("counter-template", python("counter_svc.py", "create"), variables).start().wait_ended()
    return servers.template


async def create_topic(bootstrap: str, topic: str, replicas: int) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap, request_timeout_ms=30_000)
    configs = {"min.insync.replicas": str(min(2, replicas)), "retention.ms": "-1"}

    async def created() -> bool:
        response = await admin.create_topics([NewTopic(topic, PARTITIONS, replicas, topic_configs=configs)])
        return all(error[1] in (0, 36) for error in response.topic_errors)

    await admin.start()
    try:
        await until(created, f"topic {topic}", 30)
    finally:
        await admin.close()
