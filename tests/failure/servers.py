"""PostgreSQL, Kafka and processes that tests may stop, kill and suspend."""

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
from aftercare_cli.stack.interface import NoProgress
from aftercare_cli.stack.postgres import Postgres
from aftercare_cli.stack.processes import Processes
from aftercare_cli.testing.reaper import reaper
from brokers import Cluster
from fork_server import ForkServer
from hosts import LOOPBACK, Host

HERE = Path(__file__).parent
PASSWORD = "for tests only"


@dataclass(slots=True, eq=False)
class Process:
    """A process with a name, a log and a port of its own; it may be started again."""

    name: str
    command: list[str]
    environment: dict[str, str]
    processes: Processes
    port: int
    host: Host = LOOPBACK

    @property
    def url(self) -> str:
        return f"http://{self.host.address}:{self.port}"

    def start(self) -> "Process":
        self.processes.start(self.name, self.command, self.environment)
        return self

    async def wait_ready(self, seconds: float = 60) -> "Process":
        """Wait until it answers.

        Raises:
            StackError: it has ended; the message quotes its log.
        """

        async def answers() -> bool:
            if self.find() is None:
                raise self.processes.exit_error(self.name)
            try:
                return (await http.get(f"{self.url}/livez")).status_code == 200
            except httpx.HTTPError:
                return False

        async with httpx.AsyncClient(timeout=2, trust_env=False) as http:
            await until(answers, f"{self.name} starts", seconds)
        return self

    def find(self) -> psutil.Process | None:
        return self.processes.find(self.name)

    def signal(self, number: int) -> None:
        if process := self.find():
            process.send_signal(number)

    def kill(self) -> None:
        """Send SIGKILL and wait until it has ended."""
        if process := self.find():
            process.kill()
            process.wait(10)

    def stop(self) -> None:
        """Send SIGTERM and wait until it has ended."""
        self.processes.stop(self.name, grace_seconds=20)

    def suspend(self) -> None:
        self.signal(signal.SIGSTOP)

    def resume(self) -> None:
        self.signal(signal.SIGCONT)

    async def wait_ended(self, seconds: float = 60) -> None:
        """Wait until it has ended by itself, at a failpoint for example."""

        async def ended() -> bool:
            return self.find() is None

        await until(ended, f"{self.name} ends", seconds)

    def ran(self) -> bool:
        return self.processes.log(self.name).exists()

    def log(self) -> str:
        return self.processes.log(self.name).read_text(errors="replace")


@dataclass(slots=True)
class Servers:
    """One PostgreSQL, one Kafka cluster and a key set, in a folder that is deleted afterwards."""

    home: Path
    processes: Processes
    kafka: Cluster
    postgres: Postgres
    keys: Path
    started: list[Process] = field(default_factory=list)
    template: str = ""

    def process(
        self, name: str, command: Sequence[str], environment: Mapping[str, str], host: Host = LOOPBACK
    ) -> Process:
        """A process that is not started yet."""
        port = ports.choose()
        variables = {**environment, **host.environment(), "AFTERCARE_PORT": str(port), "PYTHONUNBUFFERED": "1"}
        made = Process(name, list(command), variables, self.processes, port, host)
        self.started.append(made)
        return made

    def end(self, processes: Sequence[Process]) -> None:
        """End these for good."""
        for each in processes:
            each.kill()
            self.processes.stop(each.name, grace_seconds=5)

    def log_excerpts(self) -> str:
        """Per process, whether it runs and its last log lines above the level info."""
        lines = []
        for each in self.started:
            excerpt = [line for line in each.log().splitlines() if '"level": "info"' not in line] if each.ran() else []
            lines += [
                f"{each.name} {'runs' if each.find() else 'has ended'}",
                *(f"    {line[:600]}" for line in excerpt[-8:]),
            ]
        return "\n".join(lines)

    def environment(self, *, kafka: str | None = None) -> dict[str, str]:
        return {
            "AFTERCARE_KAFKA": kafka or self.kafka.bootstrap,
            "AFTERCARE_JWKS_FILE": str(self.keys / PUBLIC_FILE),
            "AFTERCARE_SIGNING_KEY": "a key for tests only",
            "AFTERCARE_LOG_LEVEL": "info",
        }

    def postgres_ports(self, process: Process) -> list[int]:
        """The local ports of the process's connections to PostgreSQL."""
        port = int(self.postgres.admin.rpartition(":")[2].partition("/")[0])
        found = process.find()
        connections = found.net_connections("tcp") if found else []
        return [each.laddr.port for each in connections if each.raddr and each.raddr.port == port]

    async def terminate_sessions(self, ports: Sequence[int]) -> None:
        """End the sessions from these ports, as the server itself does with silent ones after a while."""
        wanted = ", ".join(map(str, ports))
        query = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE client_port = ANY('{{{wanted}}}')"
        await self.execute(self.postgres.admin, query)

    def start_postgres(self) -> None:
        self.postgres.start(NoProgress())

    def kill_postgres(self) -> None:
        """Stop PostgreSQL immediately: no checkpoint, and every session is ended at once."""
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
    hosts: Sequence[Host] = (),
) -> Iterator[Servers]:
    """Both servers, running. `hosts`: one per broker. Commits survive everything but a power cut."""
    home = Path(tempfile.mkdtemp(prefix="aftercare-failure-"))
    for name in ("run", "logs", "postgres"):
        (home / name).mkdir()
    processes = ForkServer(home / "run", home / "logs")
    database = Postgres(postgres_disk or home / "postgres", processes, PASSWORD.replace(" ", "-"), durable=False)
    keys = home / "keys"
    make_key_set(keys)
    try:
        with reaper(home):
            processes.open()
            kafka = Cluster.make(
                home, processes, size, advertised=advertised, folder=kafka_disk, segment=segment, hosts=hosts
            )
            for broker in kafka.brokers:
                broker.start()
            database.start(NoProgress())
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
    """The command that runs a script of this folder with this Python."""
    return [sys.executable, str(HERE / script), *arguments]
