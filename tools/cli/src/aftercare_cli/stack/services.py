"""The five services and the payment simulator as processes of this machine."""

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field

import httpx

from aftercare_cli.stack import databases
from aftercare_cli.stack.interface import ComponentStatus, Progress, StackError, step
from aftercare_cli.stack.layout import SIMULATOR, Layout, Server
from aftercare_cli.stack.processes import Processes, require_free_port
from aftercare_cli.stack.service_commands import script
from aftercare_cli.stack.threads import run
from aftercare_cli.stack.waiting import wait_for

# Long enough for a busy machine; the error for a service that ends does not wait for it.
START_SECONDS = 180
MIGRATE_SECONDS = 300


@dataclass(slots=True)
class ServiceProcesses:
    """Starts and inspects the HTTP servers; `environment` holds the variables that all of them have in common."""

    layout: Layout
    processes: Processes
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)

    def require_free_ports(self, servers: tuple[Server, ...]) -> None:
        """Raises: StackError where another program listens on the port of one that is not running."""
        for server in servers:
            if self.processes.find(server.name) is None:
                require_free_port(self.layout.port(server), server.name, "end it, or move all ports: PORT_BASE=9000")

    def start(self, server: Server, database: str, progress: Progress) -> None:
        """Migrate, seed and start one service unless it is ready, and wait until it is.

        `database` is its DSN. Migration and seeds are skipped where the schema fits: each takes the start of a process.

        Raises:
            StackError: a step failed, or the service does not become ready.
        """
        if self.processes.find(server.name) and self.ready(server):
            return
        self.processes.stop(server.name)
        variables = {
            **self.environment,
            "AFTERCARE_DATABASE_URL": database,
            "AFTERCARE_PORT": str(self.layout.port(server)),
        }
        if run(databases.needs_migration(database, server)):
            with step(progress, server.name, "migrating its database", "migrated"):
                for command in ("migrate", "seed") if server.seeded else ("migrate",):
                    self._run(server, command, variables)
        with step(progress, server.name, "starting", self.layout.url(server)):
            self.processes.start(server.name, [script(server.name), "all"], variables)
            self._wait(server)

    def start_simulator(self, progress: Progress) -> None:
        """Start the payment simulator unless it is ready, and wait until it is."""
        if self.processes.find(SIMULATOR.name) and self.ready(SIMULATOR):
            return
        self.processes.stop(SIMULATOR.name)
        books = self.layout.folder("simulator") / "books.db"
        variables = {
            **self.environment,
            "AFTERCARE_PORT": str(self.layout.port(SIMULATOR)),
            "AFTERCARE_PAYMENT_BOOKS": str(books),
        }
        with step(progress, SIMULATOR.name, "starting", self.layout.url(SIMULATOR)):
            self.processes.start(SIMULATOR.name, [script("aftercare-payment-simulator")], variables)
            self._wait(SIMULATOR)

    def _wait(self, server: Server) -> None:
        def check_running() -> None:
            if self.processes.find(server.name) is None:
                raise self.processes.exit_error(server.name)

        log = self.processes.log(server.name)
        otherwise = f"{server.name} is not ready after {START_SECONDS} s · log: {log}"
        wait_for(lambda: self.ready(server), seconds=START_SECONDS, otherwise=otherwise, check=check_running)

    def _run(self, server: Server, command: str, variables: Mapping[str, str]) -> None:
        """Run a command of the service to its end; its output goes to the service's log."""
        log = self.processes.log(server.name)
        before = log.stat().st_size if log.exists() else 0
        with log.open("ab") as out:
            try:
                result = subprocess.run(
                    [script(server.name), command],
                    env={**os.environ, **variables},
                    stdout=out,
                    stderr=out,
                    timeout=MIGRATE_SECONDS,
                )
            except subprocess.TimeoutExpired:
                raise StackError(f"{server.name} {command} takes more than {MIGRATE_SECONDS} s · log: {log}") from None
        if result.returncode:
            lines = log.read_bytes()[before:].decode(errors="replace").strip().splitlines() or ["no output"]
            raise StackError(f"{server.name} {command} failed: {lines[-1][:300]} · log: {log}")

    def ready(self, server: Server) -> bool:
        return self._problem(server) is None

    def _problem(self, server: Server) -> str | None:
        path = "/livez" if server is SIMULATOR else "/readyz"
        try:
            response = httpx.get(self.layout.url(server) + path, timeout=3, trust_env=False)
        except httpx.HTTPError as error:
            return f"does not answer ({type(error).__name__})"
        return None if response.status_code == 200 else f"{path} returns {response.text[:200]}"

    def status(self, server: Server) -> ComponentStatus:
        log = self.processes.log(server.name)
        if process := self.processes.find(server.name):
            problem = self._problem(server)
            memory = process.memory_info().rss // 2**20
            detail = f"{self.layout.url(server)} · pid {process.pid} · {memory} MB"
            return ComponentStatus(server.name, "broken" if problem else "up", problem or detail)
        if self.processes.was_started(server.name):
            return ComponentStatus(server.name, "broken", f"ended unexpectedly · {log}")
        return ComponentStatus(server.name, "down", "")
