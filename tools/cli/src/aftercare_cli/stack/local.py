"""The suite as processes of this machine, on embedded or given Kafka and PostgreSQL."""

import fcntl
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field

from aftercare_chassis.kafka import topics
from aftercare_cli.stack import databases
from aftercare_cli.stack.environment import told
from aftercare_cli.stack.follow import follow_logs
from aftercare_cli.stack.interface import Addresses, Infrastructure, Piece, Progress, StackError, step
from aftercare_cli.stack.layout import SERVICES, SIMULATOR, Layout, Server
from aftercare_cli.stack.processes import Processes
from aftercare_cli.stack.secrets_file import Secrets
from aftercare_cli.stack.services import ServiceProcesses
from aftercare_cli.stack.threads import run


@dataclass(slots=True)
class LocalStack:
    """Five services, a simulator and what they stand on. `without` names services that somebody else runs."""

    layout: Layout
    infrastructure: Infrastructure
    without: frozenset[str] = frozenset()
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        return self.infrastructure.kind

    def up(self, progress: Progress) -> Addresses:
        with self._alone():
            self._same_place()
            servers = ServiceProcesses(self.layout, self._processes())
            servers.need_ports((*self._wanted(), SIMULATOR))
            self.infrastructure.start(progress)
            addresses = self._addresses()
            self._prepare(progress)
            self._restart_when_moved(addresses)
            self._start(ServiceProcesses(self.layout, self._processes(), self._environment()), addresses, progress)
            addresses.write(self.layout.stack_file)
            return addresses

    def _wanted(self) -> tuple[Server, ...]:
        return tuple(service for service in SERVICES if service.name not in self.without)

    def _prepare(self, progress: Progress) -> None:
        """Databases, roles and topics."""
        with step(progress, "databases", "providing five databases and roles", "ready"):
            run(databases.provide(self.infrastructure.postgres, self._secrets().databases))
        with step(progress, "topics", "creating topics", "ready"):
            run(topics.create(self.infrastructure.kafka, replication=1, min_isr=1, partitions=None, retention_ms=-1))

    def _start(self, servers: ServiceProcesses, addresses: Addresses, progress: Progress) -> None:
        wanted = self._wanted()
        with ThreadPoolExecutor(max_workers=len(wanted) + 1) as pool:
            starting = [pool.submit(servers.start_simulator, progress)]
            starting += [pool.submit(servers.start, one, addresses.databases[one.name], progress) for one in wanted]
        for each in starting:
            each.result()

    def _environment(self) -> dict[str, str]:
        return {**told(self.layout, self.infrastructure.kafka), **self.settings}

    def _addresses(self) -> Addresses:
        admin, passwords = self.infrastructure.postgres, self._secrets().databases
        return Addresses(
            kind=self.kind,
            services={service.name: self.layout.url(service) for service in SERVICES},
            simulator=self.layout.url(SIMULATOR),
            kafka=self.infrastructure.kafka,
            databases={service.name: databases.dsn(admin, service, passwords[service.name]) for service in SERVICES},
        )

    def _same_place(self) -> None:
        """A stack that runs elsewhere would be half moved by an `up`; say so instead."""
        if not self.layout.stack_file.exists() or not any(self._alive()):
            return
        there = Addresses.read(self.layout.stack_file)
        if there.services["order-svc"] != self.layout.url(SERVICES[0]):
            raise StackError(f"this stack already runs at {there.services['order-svc']}: `make down` first")

    def _restart_when_moved(self, addresses: Addresses) -> None:
        """Services that were told other addresses of Kafka or PostgreSQL have to be started anew."""
        if self.layout.stack_file.exists() and Addresses.read(self.layout.stack_file) != addresses:
            self._stop_services(None)

    def _alive(self) -> Iterator[bool]:
        processes = self._processes()
        return (processes.find(server.name) is not None for server in (*SERVICES, SIMULATOR))

    def down(self, progress: Progress) -> None:
        with self._alone():
            self._down(progress)

    def _down(self, progress: Progress) -> None:
        self._stop_services(progress)
        self.infrastructure.stop(progress)
        self.layout.stack_file.unlink(missing_ok=True)

    def _stop_services(self, progress: Progress | None) -> None:
        processes = self._processes()
        with ThreadPoolExecutor(max_workers=len(SERVICES) + 1) as pool:
            stopping = {one.name: pool.submit(processes.stop, one.name, patience=25) for one in (*SERVICES, SIMULATOR)}
        for name, stopped in stopping.items():
            if stopped.result() and progress:
                progress.done(name, "stopped")

    def reset(self, progress: Progress) -> None:
        with self._alone():
            self._down(progress)
            self.infrastructure.erase(progress)
        shutil.rmtree(self.layout.home, ignore_errors=True)

    def status(self) -> list[Piece]:
        servers = ServiceProcesses(self.layout, self._processes())
        with ThreadPoolExecutor(max_workers=len(SERVICES) + 1) as pool:
            return [*self.infrastructure.pieces(), *pool.map(servers.piece, (*SERVICES, SIMULATOR))]

    def logs(self, name: str | None, follow: bool) -> None:
        follow_logs(self.layout.logs, name, follow)

    def _processes(self) -> Processes:
        return Processes(self.layout.folder("run"), self.layout.logs)

    def _secrets(self) -> Secrets:
        return Secrets.of(self.layout.home)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Two commands at once would start everything twice."""
        with (self.layout.folder("run") / "lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise StackError("another aftercare command is at work on this stack: wait for it") from None
            yield
