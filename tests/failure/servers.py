"""PostgreSQL and Kafka that tests may hurt, and processes that tests may kill."""

import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
import httpx
import psutil
from aftercare_chassis.auth.dev_keys import PUBLIC_FILE, make_key_set
from aftercare_chassis.testing import until
from aftercare_cli.stack import ports
from aftercare_cli.stack.guardian import guarded
from aftercare_cli.stack.interface import Silent
from aftercare_cli.stack.postgres import Postgres
from aftercare_cli.stack.processes import Processes
from brokers import Cluster
from nursery import Nursery

HERE = Path(__file__).parent
PASSWORD = "for tests only"


@dataclass(slots=True, eq=False)
class Process:
    """One of our processes, by the name it was started under; it may be started again."""

    name: str
    command: list[str]
    environment: dict[str, str]
    processes: Processes
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> "Process":
        self.processes.start(self.name, self.command, self.environment)
        return self

    async def ready(self, seconds: float = 60) -> "Process":
        """Wait until it answers."""

        async def answers() -> bool:
            if self.found() is None:
                raise self.processes.obituary(self.name)
            try:
                return (await http.get(f"{self.url}/livez")).status_code == 200
            except httpx.HTTPError:
                return False

        async with httpx.AsyncClient(timeout=2, trust_env=False) as http:
            await until(answers, f"{self.name} starts", seconds)
        return self

    def found(self) -> psutil.Process | None:
        return self.processes.find(self.name)

    def signal(self, number: int) -> None:
        if process := self.found():
            process.send_signal(number)

    def kill(self) -> None:
        """As `kill -9`; returns when it is gone."""
        if process := self.found():
            process.kill()
            process.wait(10)

    def stop(self) -> None:
        """SIGTERM, and wait for its end."""
        self.processes.stop(self.name, patience=20)

    def freeze(self) -> None:
        self.signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self.signal(signal.SIGCONT)

    async def gone(self, seconds: float = 60) -> None:
        """Wait until it has ended by itself (a crash point, say)."""

        async def ended() -> bool:
            return self.found() is None

        await until(ended, f"{self.name} ends", seconds)

    def ran(self) -> bool:
        return self.processes.log(self.name).exists()

    def log(self) -> str:
        return self.processes.log(self.name).read_text(errors="replace")


@dataclass(slots=True)
class Servers:
    """One PostgreSQL, one Kafka cluster, a key set; everything in one folder and gone afterwards."""

    home: Path
    processes: Processes
    kafka: Cluster
    postgres: Postgres
    keys: Path
    started: list[Process] = field(default_factory=list)
    template: str = ""

    def process(self, name: str, command: Sequence[str], environment: Mapping[str, str]) -> Process:
        """A process, not started yet, with a port of its own."""
        port = ports.choose({each.port for each in self.started})
        own = {**environment, "AFTERCARE_PORT": str(port), "PYTHONUNBUFFERED": "1"}
        made = Process(name, list(command), own, self.processes, port)
        self.started.append(made)
        return made

    def end(self, made: Sequence[Process]) -> None:
        """End these for good."""
        for each in made:
            each.kill()
            self.processes.stop(each.name, patience=5)

    def testimony(self) -> str:
        """What the processes complained of last, each on its own; of those that are gone, that they are."""
        lines = []
        for each in self.started:
            complaints = (
                [line for line in each.log().splitlines() if '"level": "info"' not in line] if each.ran() else []
            )
            lines += [
                f"{each.name} {'runs' if each.found() else 'is gone'}",
                *(f"    {line[:600]}" for line in complaints[-8:]),
            ]
        return "\n".join(lines)

    def environment(self, *, kafka: str | None = None) -> dict[str, str]:
        return {
            "AFTERCARE_KAFKA": kafka or self.kafka.bootstrap,
            "AFTERCARE_JWKS_FILE": str(self.keys / PUBLIC_FILE),
            "AFTERCARE_SIGNING_KEY": "a key for tests only",
            "AFTERCARE_LOG_LEVEL": "info",
        }

    def of(self, process: Process) -> list[int]:
        """The local ports of this process's connections to PostgreSQL."""
        there = int(self.postgres.admin.rpartition(":")[2].partition("/")[0])
        found = process.found()
        connections = found.net_connections("tcp") if found else []
        return [each.laddr.port for each in connections if each.raddr and each.raddr.port == there]

    async def cut_sessions(self, ports: Sequence[int]) -> None:
        """End the sessions that come from these ports, as the server itself does with those that fall silent."""
        wanted = ", ".join(map(str, ports))
        ask = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE client_port = ANY('{{{wanted}}}')"
        await self.execute(self.postgres.admin, ask)

    def revive_postgres(self) -> None:
        self.postgres.start(Silent())

    def kill_postgres(self) -> None:
        """An immediate stop: no checkpoint, every session cut off in the middle of what it does."""
        if process := self.processes.find("postgres"):
            process.send_signal(signal.SIGQUIT)
            process.wait(20)

    async def execute(self, dsn: str, *statements: str) -> None:
        connection = await asyncpg.connect(dsn, timeout=20)
        try:
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close()


@contextmanager
def servers(
    size: int = 1,
    *,
    advertised: Sequence[int] = (),
    kafka_disk: Path | None = None,
    postgres_disk: Path | None = None,
    segment: int = 67_108_864,
) -> Iterator[Servers]:
    """Both servers, running. Commits are durable against everything but a power cut."""
    home = Path(tempfile.mkdtemp(prefix="aftercare-failure-"))
    for name in ("run", "logs", "postgres"):
        (home / name).mkdir()
    processes = Nursery(home / "run", home / "logs")
    database = Postgres(postgres_disk or home / "postgres", processes, PASSWORD.replace(" ", "-"), careless=True)
    keys = home / "keys"
    make_key_set(keys)
    try:
        with guarded(home):
            processes.open()
            kafka = Cluster.make(home, processes, size, advertised=advertised, folder=kafka_disk, segment=segment)
            for broker in kafka.brokers:
                broker.start()
            database.start(Silent())
            for broker in kafka.brokers:
                broker.wait()
            made = Servers(home, processes, kafka, database, keys)
            try:
                yield made
            finally:
                made.end(made.started)
                kafka.stop()
                made.kill_postgres()
                processes.close()
    finally:
        shutil.rmtree(home, ignore_errors=True)


def python(script: str, *arguments: str) -> list[str]:
    """A script of this folder under this environment's Python."""
    return [sys.executable, str(HERE / script), *arguments]
