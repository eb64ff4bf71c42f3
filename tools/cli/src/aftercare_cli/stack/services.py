"""The five services and the payment simulator as processes of this machine."""

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field

import httpx
from aftercare_cli.stack import databases
from aftercare_cli.stack.environment import script
from aftercare_cli.stack.interface import Piece, Progress, StackError, step
from aftercare_cli.stack.layout import SIMULATOR, Layout, Server
from aftercare_cli.stack.processes import Processes, need_port
from aftercare_cli.stack.threads import run
from aftercare_cli.stack.waiting import wait_for

# Generous: a machine may be busy with other things; a service that dies is named at once all the same.
START_SECONDS = 180
MIGRATE_SECONDS = 300


@dataclass(slots=True)
class ServiceProcesses:
    """Starts, looks at and ends our HTTP servers; `environment` is what all services are told."""

    layout: Layout
    processes: Processes
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)

    def need_ports(self, servers: tuple[Server, ...]) -> None:
        """Refuse before anything starts, naming the port that another program holds."""
        for server in servers:
            if self.processes.find(server.name) is None:
                need_port(self.layout.port(server), server.name, "end it, or move all ports: PORT_BASE=9000")

    def start(self, server: Server, database: str, progress: Progress) -> None:
        """Migrate, seed and start one service unless it runs; returns when it is ready.

        A database whose schema fits is left alone: each of these steps costs the start of a process.
        """
        if self.processes.find(server.name) and self.ready(server):
            return
        self.processes.stop(server.name)
        own = {**self.environment, "AFTERCARE_DATABASE_URL": database, "AFTERCARE_PORT": str(self.layout.port(server))}
        if run(databases.needs_migration(database, server)):
            with step(progress, server.name, "migrating its database", "migrated"):
                for what in ("migrate", "seed") if server.seeded else ("migrate",):
                    self._run(server, what, own)
        with step(progress, server.name, "starting", self.layout.url(server)):
            self.processes.start(server.name, [script(server.name), "all"], own)
            self._wait(server)

    def start_simulator(self, progress: Progress) -> None:
        if self.processes.find(SIMULATOR.name) and self.ready(SIMULATOR):
            return
        self.processes.stop(SIMULATOR.name)
        books = self.layout.folder("simulator") / "books.db"
        own = {
            **self.environment,
            "AFTERCARE_PORT": str(self.layout.port(SIMULATOR)),
            "AFTERCARE_PAYMENT_BOOKS": str(books),
        }
        with step(progress, SIMULATOR.name, "starting", self.layout.url(SIMULATOR)):
            self.processes.start(SIMULATOR.name, [script("aftercare-payment-simulator")], own)
            self._wait(SIMULATOR)

    def _wait(self, server: Server) -> None:
        def alive() -> None:
            if self.processes.find(server.name) is None:
                raise self.processes.obituary(server.name)

        log = self.processes.log(server.name)
        otherwise = f"{server.name} is not ready after {START_SECONDS} s · its log: {log}"
        wait_for(lambda: self.ready(server), seconds=START_SECONDS, otherwise=otherwise, alive=alive)

    def _run(self, server: Server, what: str, env: Mapping[str, str]) -> None:
        """One step of a service that ends by itself, its output in the service's log."""
        log = self.processes.log(server.name)
        before = log.stat().st_size if log.exists() else 0
        with log.open("ab") as out:
            command = [script(server.name), what]
            try:
                result = subprocess.run(
                    command, env={**os.environ, **env}, stdout=out, stderr=out, timeout=MIGRATE_SECONDS
                )
            except subprocess.TimeoutExpired:
                raise StackError(f"{server.name} {what} takes more than {MIGRATE_SECONDS} s · its log: {log}") from None
        if result.returncode:
            said = log.read_bytes()[before:].decode(errors="replace").strip().splitlines() or ["it wrote nothing"]
            raise StackError(f"{server.name} {what} failed: {said[-1][:300]} · whole log: {log}")

    def ready(self, server: Server) -> bool:
        return self._trouble(server) is None

    def _trouble(self, server: Server) -> str | None:
        path = "/livez" if server is SIMULATOR else "/readyz"
        try:
            answer = httpx.get(self.layout.url(server) + path, timeout=3, trust_env=False)
        except httpx.HTTPError as error:
            return f"does not answer ({type(error).__name__})"
        return None if answer.status_code == 200 else f"{path} says {answer.text[:200]}"

    def piece(self, server: Server) -> Piece:
        log = self.processes.log(server.name)
        if process := self.processes.find(server.name):
            trouble = self._trouble(server)
            memory = process.memory_info().rss // 2**20
            fine = f"{self.layout.url(server)} · pid {process.pid} · {memory} MB"
            return Piece(server.name, "broken" if trouble else "up", trouble or fine)
        if self.processes.was_started(server.name):
            return Piece(server.name, "broken", f"ended by itself · {log}")
        return Piece(server.name, "down", "")
