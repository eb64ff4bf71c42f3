"""The meter service as processes: any number of each part, a database and a topic of its own, load, and the judge."""

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
from clients import Clients, History
from servers import Process, Servers, python

WHO = ("buyer", "buyer-1", None)
PARTITIONS = 12
SHORT_SESSION = {"FAILURE_SESSION_MS": "3000"}  # how long Kafka keeps the place of a consumer that died
_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Pause:
    """A file: while it is there, whoever comes to the place in the code stays and says that it has come."""

    file: Path

    @property
    def environment(self) -> dict[str, str]:
        return {"METER_PAUSE": str(self.file)}

    def begin(self) -> None:
        self.file.touch()
        self.file.with_suffix(".reached").unlink(missing_ok=True)

    def end(self) -> None:
        self.file.unlink()

    async def reached(self) -> None:
        """Wait until somebody is in the middle of it."""

        async def reached() -> bool:
            return self.file.with_suffix(".reached").exists()

        await until(reached, "somebody is in the middle of its work", 60)


@dataclass(slots=True)
class Meters:
    """One meter service under test."""

    servers: Servers
    name: str
    topic: str
    dsn: str
    clients: Clients
    environment: dict[str, str]
    parts: dict[str, list[Process]] = field(default_factory=dict)
    meters: list[str] = field(default_factory=list)
    told: int = 0

    def new(self, part: str, **environment: str) -> Process:
        """One more process of a part, not started yet."""
        label = f"{self.name}-{part}-{next(_numbers)}"
        made = self.servers.process(label, python("meter_svc.py", part), {**self.environment, **environment})
        self.parts.setdefault(part, []).append(made)
        return made

    async def start(
        self, *, serve: int = 0, relay: int = 0, consume: int = 0, all: int = 0, **environment: str
    ) -> list[Process]:
        """So many of each, ready; `all` does everything in one process."""
        wanted = [("serve", serve), ("relay", relay), ("consume", consume), ("all", all)]
        made = [self.new(part, **environment).start() for part, number in wanted for _ in range(number)]
        await asyncio.gather(*(each.ready() for each in made))
        return made

    def all(self) -> list[Process]:
        return [each for part in self.parts.values() for each in part]

    def urls(self) -> list[str]:
        return [one.url for part in ("serve", "all") for one in self.parts.get(part, [])]

    def revive(self) -> None:
        """Start what has fallen, as a supervisor would."""
        for each in self.all():
            if each.found() is None:
                each.start()

    async def run(self, *arguments: str, **environment: str) -> None:
        """Run the service's command to its end."""
        label = f"{self.name}-{arguments[0]}-{next(_numbers)}"
        made = self.servers.process(label, python("meter_svc.py", *arguments), {**self.environment, **environment})
        made.start()
        await made.gone()

    async def make(self, number: int) -> list[str]:
        """So many new meters."""
        body: list[dict[str, Any]] = [{} for _ in range(number)]
        made = await asyncio.gather(*(self.clients.command(self.name, "/v1/meters", each, who=WHO) for each in body))
        self.meters += [each["id"] for each in made if each]
        self.told += len([each for each in made if each])
        return self.meters

    async def up(self, meter: str, times: int = 1, mood: str = "", wait: float = 0, pad: int = 0) -> None:
        body = {"times": times, "mood": mood, "wait": wait, "pad": pad}
        if await self.clients.command(self.name, f"/v1/meters/{meter}/up", body, who=WHO):
            self.told += times

    async def load(self, events: int, *, writers: int = 8, times: int = 5, mood: Callable[[], str] = str) -> None:
        """Count random meters up until so many events were told."""
        left = itertools.count(events, -times)

        async def write() -> None:
            while (some := next(left)) > 0:
                await self.up(random.choice(self.meters), min(times, some), mood())

        await asyncio.gather(*(write() for _ in range(writers)))

    @asynccontextmanager
    async def loaded(self, *, writers: int = 4, times: int = 5, pause: float = 0.02) -> AsyncIterator[None]:
        """Load while the block runs."""
        enough = asyncio.Event()
        loading = asyncio.create_task(self.load_while(enough, writers=writers, times=times, pause=pause))
        try:
            yield
        finally:
            enough.set()
            await loading

    async def load_while(self, going: asyncio.Event, *, writers: int = 4, times: int = 5, pause: float = 0.0) -> None:
        """Load until the event is set."""

        async def write() -> None:
            while not going.is_set():
                await self.up(random.choice(self.meters), times)
                await asyncio.sleep(pause)

        await asyncio.gather(*(write() for _ in range(writers)))

    async def fetch(self, sql: str, *arguments: object) -> list[Any]:
        connection = await asyncpg.connect(self.dsn, timeout=20)
        try:
            return list(await connection.fetch(sql, *arguments))
        finally:
            await connection.close()

    async def effects(self) -> int:
        return int((await self.fetch("SELECT count(*) AS n FROM effects"))[0]["n"])

    async def readings(self) -> str:
        """The folded state as one hash."""
        asked = (
            "SELECT md5(string_agg(subject || ':' || total || ':' || chain, ',' ORDER BY subject)) AS h FROM readings"
        )
        return str((await self.fetch(asked))[0]["h"])

    async def until_effects(self, number: int, seconds: float = 60) -> None:
        async def there() -> bool:
            return await self.effects() >= number

        await until(there, f"{number} effects", seconds)

    async def told_more(self, number: int, seconds: float = 60) -> None:
        """Wait until clients have been told of so many more events."""
        wanted = self.told + number

        async def there() -> bool:
            return self.told >= wanted

        await until(there, f"{number} more events told", seconds)

    async def outbox_empty(self, seconds: float = 60) -> float:
        """Wait until the outbox is empty; after how long it was."""
        begun = time.monotonic()

        async def empty() -> bool:
            try:
                return not (await self.fetch("SELECT count(*) AS n FROM outbox"))[0]["n"]
            except (OSError, asyncpg.PostgresError):
                return False

        await until(empty, "the outbox is empty", seconds)
        return time.monotonic() - begun

    async def gap(self) -> float:
        """The longest time without any effect, in seconds."""
        asked = "SELECT max(step) AS gap FROM (SELECT at - lag(at) OVER (ORDER BY at) AS step FROM effects) AS steps"
        return float((await self.fetch(asked))[0]["gap"].total_seconds())

    def suite(self) -> Suite:
        return Suite(
            kafka=self.servers.kafka.direct,
            databases={self.name: self.dsn},
            topics=(self.topic,),
            journals={self.name: "effects"},
        )

    async def judged(self, *, seconds: float = 60, **options: Any) -> Report:
        """Wait for rest, then let the checker look; AssertionError with its whole report where anything is wrong."""
        rest = await settled(self.suite(), seconds)
        report = await check(self.suite(), self.clients.history.commands(), **options)
        assert report.holds, f"\n{report}\n{self.servers.testimony()}"
        assert rest, f"not at rest within {seconds} s\n{report}\n{self.servers.testimony()}"
        return report


@asynccontextmanager
async def meters(servers: Servers, *, kafka: str | None = None, **environment: str) -> AsyncIterator[Meters]:
    """A meter service with nothing running yet."""
    name = f"meter-{uuid.uuid4().hex[:6]}-svc"
    topic, database = f"aftercare.{name}.v1", name.replace("-", "_")
    admin = servers.postgres.admin
    template = await _template(servers)
    await servers.execute(
        admin,
        f'CREATE DATABASE "{database}" TEMPLATE "{template}"',
        # What was answered survives an immediate stop; only a power cut would be worse here than in production.
        f'ALTER DATABASE "{database}" SET synchronous_commit = on',
    )
    dsn = admin.rpartition("/")[0] + f"/{database}"
    await create_topic(servers.kafka.bootstrap, topic, min(3, len(servers.kafka.brokers)))
    own = servers.environment(kafka=kafka) | {"METER_NAME": name, "METER_TOPIC": topic, "AFTERCARE_DATABASE_URL": dsn}
    own |= environment
    async with AsyncExitStack() as stack:
        history = stack.enter_context(History.at(servers.home / f"{name}.jsonl"))
        http = await stack.enter_async_context(httpx.AsyncClient(timeout=20, trust_env=False))
        made = Meters(servers, name, topic, dsn, None, own)  # type: ignore[arg-type]
        made.clients = Clients(history, http, servers.keys, lambda _: made.urls())
        try:
            yield made
        finally:
            servers.end(made.all())


async def _template(servers: Servers) -> str:
    """A database with the meter service's tables, made once per server."""
    if not servers.template:
        servers.template = "meter_template"
        await servers.execute(servers.postgres.admin, f'CREATE DATABASE "{servers.template}"')
        dsn = servers.postgres.admin.rpartition("/")[0] + f"/{servers.template}"
        own = servers.environment() | {"AFTERCARE_DATABASE_URL": dsn}
        await servers.process("meter-template", python("meter_svc.py", "create"), own).start().gone()
    return servers.template


async def create_topic(bootstrap: str, topic: str, replicas: int) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap, request_timeout_ms=30_000)
    configs = {"min.insync.replicas": str(min(2, replicas)), "retention.ms": "-1"}

    async def created() -> bool:
        answer = await admin.create_topics([NewTopic(topic, PARTITIONS, replicas, topic_configs=configs)])
        return all(error[1] in (0, 36) for error in answer.topic_errors)

    await admin.start()
    try:
        await until(created, f"topic {topic}", 30)
    finally:
        await admin.close()
