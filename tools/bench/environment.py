"""PostgreSQL, Kafka and single processes of the services, in a folder that is deleted afterwards."""

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
import httpx
import psutil
from aftercare_chassis.auth.dev_keys import PUBLIC_FILE, make_key_set, mint
from aftercare_chassis.kafka import topics
from aftercare_chassis.settings import ServiceSettings
from aftercare_cli.stack import databases, ports
from aftercare_cli.stack.embedded import Embedded
from aftercare_cli.stack.interface import NoProgress, StackError
from aftercare_cli.stack.layout import SERVICES
from aftercare_cli.stack.processes import Processes
from aftercare_cli.stack.secrets_file import Secrets
from aftercare_cli.testing.reaper import reaper

S = TypeVar("S", bound=ServiceSettings)
READY_SECONDS = 30
ISSUER = "aftercare-local"


@dataclass(frozen=True, slots=True)
class Process:
    """A running server."""

    url: str
    process: psutil.Process


@dataclass(frozen=True, slots=True)
class Environment:
    """Both servers, with databases, roles and topics. Commits are flushed to the disk."""

    home: Path
    servers: Embedded
    processes: Processes

    @property
    def postgres(self) -> psutil.Process:
        found = self.processes.find("postgres")
        if found is None:
            raise StackError("postgres has ended")
        return found

    def variables(self, service: str) -> dict[str, str]:
        """The environment variables of a process of this service, without its port."""
        server, secrets = next(one for one in SERVICES if one.name == service), Secrets.of(self.home)
        admin = self.servers.postgres
        return {
            "AFTERCARE_DATABASE_URL": databases.dsn(admin, server, secrets.databases[service]),
            "AFTERCARE_MIGRATION_DATABASE_URL": databases.dsn(
                admin, server, secrets.owners[service], role=server.owner
            ),
            "AFTERCARE_KAFKA": self.servers.kafka,
            "AFTERCARE_JWKS_FILE": str(self.home / "keys" / PUBLIC_FILE),
            "AFTERCARE_JWT_ISSUER": ISSUER,
            "AFTERCARE_SIGNING_KEY": secrets.cursor_key,
            "AFTERCARE_PAYMENT_SIMULATOR_URL": "http://127.0.0.1:9",
            "AFTERCARE_PAYMENT_WEBHOOK_SECRET": secrets.payment_webhook,
            "AFTERCARE_PUBLIC_URL": "http://127.0.0.1:9",
        }

    def settings(self, kind: type[S], service: str, **more: Any) -> S:
        """The same as settings of a service in this process."""
        # The variables are checked by the settings class.
        given: dict[str, Any] = {
            name.removeprefix("AFTERCARE_").lower(): value for name, value in self.variables(service).items()
        }
        return kind(**given, **more)

    def token(self, role: str, sub: str, merchant_id: str | None = None) -> str:
        key, now = make_key_set(self.home / "keys"), datetime.now(UTC)
        return mint(key, role=role, sub=sub, merchant_id=merchant_id, issuer=ISSUER, now=now)

    def track_commit_times(self) -> None:
        """Restart the database server with `track_commit_timestamp`."""
        asyncio.run(track_commit_times(self.servers.postgres))
        self.servers.database.stop()
        self.servers.database.start(NoProgress())

    def migrate(self, service: str) -> None:
        command = [script(service), "migrate"]
        subprocess.run(command, env={**os.environ, **self.variables(service)}, check=True, capture_output=True)

    def start(self, name: str, command: list[str], environment: dict[str, str] | None = None) -> Process:
        """The same as the function `start`, with the processes of this environment."""
        return start(self.processes, name, command, environment)

    def stop(self, name: str) -> None:
        self.processes.stop(name)


@contextmanager
def environment() -> Iterator[Environment]:
    """Servers that are ready; they end with the block, even when the benchmark is killed."""
    with tempfile.TemporaryDirectory(prefix="aftercare-bench-", ignore_cleanup_errors=True) as folder:
        home = Path(folder)
        home.chmod(0o755)  # the database server may run as another user
        with reaper(home):
            servers, processes = Embedded.at(home), Processes(home / "run", home / "logs")
            servers.start(NoProgress())
            try:
                secrets = Secrets.of(home)
                asyncio.run(databases.create(servers.postgres, secrets.databases, secrets.owners))
                asyncio.run(topics.create(servers.kafka, replication=1, min_isr=1, partitions=None, retention_ms=-1))
                yield Environment(home, servers, processes)
            finally:
                for record in (home / "run").glob("*.pid"):
                    if record.stem not in ("kafka", "postgres"):
                        processes.stop(record.stem)
                servers.stop(NoProgress())


def start(
    processes: Processes,
    name: str,
    command: list[str],
    environment: dict[str, str] | None = None,
    *,
    port: int | None = None,
) -> Process:
    """Start a server on this port, else on a free one (`{port}` in the command, AFTERCARE_PORT), and wait until it is ready."""
    port = port or ports.choose()
    arguments = [word.replace("{port}", str(port)) for word in command]
    processes.start(name, arguments, {**(environment or {}), "AFTERCARE_PORT": str(port)})
    url, end = f"http://127.0.0.1:{port}", time.monotonic() + READY_SECONDS
    while (process := processes.find(name)) is not None and time.monotonic() < end:
        try:
            if httpx.get(f"{url}/readyz", trust_env=False).status_code == 200:
                return Process(url, process)
        except httpx.TransportError:
            pass
        time.sleep(0.05)
    raise processes.exit_error(name)


async def track_commit_times(admin: str) -> None:
    """Set `track_commit_timestamp`, which takes effect at the next start."""
    connection = await asyncpg.connect(admin)
    await connection.execute("ALTER SYSTEM SET track_commit_timestamp = on")
    await connection.close()


def script(name: str) -> str:
    """The path of a command of this virtual environment."""
    return str(Path(sys.executable).parent / name)
