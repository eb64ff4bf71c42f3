"""The five services, the process of labels, the embedder and the simulators as processes of this machine."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import httpx

from aftercare_cli.stack import databases
from aftercare_cli.stack.interface import Addresses, ComponentStatus, Progress, StackError, step
from aftercare_cli.stack.layout import COURIERS, EMBEDDER, LABELS, ORDER, PROVIDERS, SIMULATOR, Layout, Server
from aftercare_cli.stack.processes import Processes, require_free_port
from aftercare_cli.stack.service_commands import script, settings_file
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

    def start(self, server: Server, addresses: Addresses, progress: Progress) -> None:
        """Migrate, seed and start one service unless it is ready, and wait until it is.

        Migration and seeds are skipped where the schema fits: each takes the start of a process.

        Raises:
            StackError: a step failed, or the service does not become ready.
        """
        if self.runs(server):
            return
        self.processes.stop(server.name)
        database, variables = addresses.databases[server.name], {**self.environment, **addresses.variables(server.name)}
        if run(databases.needs_migration(database, server)):
            with step(progress, server.name, "migrating its database", "migrated"):
                for command in ("migrate", "seed") if server.seeded else ("migrate",):
                    self._run(server, command, variables)
        self._start(server, [script(server.name), "all"], {"AFTERCARE_DATABASE_URL": database}, progress)

    def start_labels(self, database: str, progress: Progress) -> None:
        """Start the process of labels unless it is ready. `database` is the DSN of order-svc, which is migrated."""
        command = [script(ORDER.name), "labels", "consume"]
        self._start(LABELS, command, {"AFTERCARE_DATABASE_URL": database}, progress)

    def start_embedder(self, progress: Progress) -> None:
        """Start the embedder unless it is ready."""
        self._start(EMBEDDER, [script("aftercare-embedder")], {}, progress)

    def start_simulator(self, progress: Progress) -> None:
        """Start the payment simulator unless it is ready."""
        books = {"AFTERCARE_PAYMENT_BOOKS": str(self.layout.folder("simulator") / "books.db")}
        self._start(SIMULATOR, [script("aftercare-payment-simulator")], books, progress)

    def start_couriers(self, progress: Progress) -> None:
        """Start the couriers' simulator unless it is ready."""
        self._start(COURIERS, [script("aftercare-shipping-simulator")], {}, progress)

    def start_provider(self, name: str, progress: Progress) -> None:
        """Start the simulator of a payment provider unless it is ready. A new one has a new account: its settings are in a file."""
        server = PROVIDERS[name]
        options = {
            "--settings": settings_file(self.layout, name),
            "--shop-url": self.layout.url(ORDER),
            "--port": self.layout.port(server),
        }
        arguments = [str(each) for pair in options.items() for each in pair]
        self._start(server, [script("aftercare-provider-simulator"), name, *arguments], {}, progress)

    def _start(self, server: Server, command: Sequence[str], variables: Mapping[str, str], progress: Progress) -> None:
        """Start a server unless it is ready, and wait until it is."""
        if self.runs(server):
            return
        self.processes.stop(server.name)
        port = {"AFTERCARE_PORT": str(self.layout.port(server))}
        with step(progress, server.name, "starting", self.layout.url(server)):
            self.processes.start(server.name, command, {**self.environment, **port, **variables})
            self._wait(server)

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

    def runs(self, server: Server) -> bool:
        """Whether it was started here and is ready."""
        return self.processes.find(server.name) is not None and self.ready(server)

    def ready(self, server: Server) -> bool:
        return self._problem(server) is None

    def _problem(self, server: Server) -> str | None:
        try:
            response = httpx.get(self.layout.url(server) + "/readyz", timeout=3, trust_env=False)
        except httpx.HTTPError as error:
            return f"does not answer ({type(error).__name__})"
        return None if response.status_code == 200 else f"/readyz returns {response.text[:200]}"

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
