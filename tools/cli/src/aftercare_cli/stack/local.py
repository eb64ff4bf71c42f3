"""The suite as processes of this machine, with embedded or given Kafka and PostgreSQL."""

import fcntl
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field

from aftercare_chassis.kafka import topics

from aftercare_cli.stack import databases
from aftercare_cli.stack.interface import Addresses, ComponentStatus, Infrastructure, Progress, StackError, step
from aftercare_cli.stack.layout import SERVICES, SIMULATOR, Layout, Server
from aftercare_cli.stack.log_files import follow_logs
from aftercare_cli.stack.processes import Processes
from aftercare_cli.stack.secrets_file import Secrets
from aftercare_cli.stack.service_commands import service_variables
from aftercare_cli.stack.services import ServiceProcesses
from aftercare_cli.stack.threads import run


@dataclass(slots=True)
class LocalStack:
    """The five services, the payment simulator, Kafka and PostgreSQL.

    `without` names services that are started elsewhere; `settings` are further environment variables of all services.
    """

    layout: Layout
    infrastructure: Infrastructure
    without: frozenset[str] = frozenset()
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        return self.infrastructure.kind

    def up(self, progress: Progress) -> Addresses:
        with self._locked():
            self._check_addresses()
            processes = ServiceProcesses(self.layout, self._processes())
            processes.require_free_ports((*self._servers(), SIMULATOR))
            self.infrastructure.start(progress)
            addresses = self._addresses()
            self._prepare(progress)
            self._restart_when_moved(addresses)
            self._start(ServiceProcesses(self.layout, self._processes(), self._environment()), addresses, progress)
            addresses.write(self.layout.stack_file)
            return addresses

    def _servers(self) -> tuple[Server, ...]:
        return tuple(service for service in SERVICES if service.name not in self.without)

    def _prepare(self, progress: Progress) -> None:
        """Databases, roles and topics."""
        with step(progress, "databases", "creating databases and roles", "ready"):
            run(databases.create(self.infrastructure.postgres, self._secrets().databases))
        with step(progress, "topics", "creating topics", "ready"):
            run(topics.create(self.infrastructure.kafka, replication=1, min_isr=1, partitions=None, retention_ms=-1))

    def _start(self, processes: ServiceProcesses, addresses: Addresses, progress: Progress) -> None:
        servers = self._servers()
        with ThreadPoolExecutor(max_workers=len(servers) + 1) as pool:
            starting = [pool.submit(processes.start_simulator, progress)]
            starting += [pool.submit(processes.start, one, addresses.databases[one.name], progress) for one in servers]
        for each in starting:
            each.result()

    def _environment(self) -> dict[str, str]:
        return {**service_variables(self.layout, self.infrastructure.kafka), **self.settings}

    def _addresses(self) -> Addresses:
        admin, passwords = self.infrastructure.postgres, self._secrets().databases
        return Addresses(
            kind=self.kind,
            services={service.name: self.layout.url(service) for service in SERVICES},
            simulator=self.layout.url(SIMULATOR),
            kafka=self.infrastructure.kafka,
            databases={service.name: databases.dsn(admin, service, passwords[service.name]) for service in SERVICES},
        )

    def _check_addresses(self) -> None:
        """Raises: StackError where this stack runs on other ports: `up` would move a part of it."""
        if not self.layout.stack_file.exists() or not any(self._running()):
            return
        running = Addresses.read(self.layout.stack_file)
        if running.services["order-svc"] != self.layout.url(SERVICES[0]):
            raise StackError(f"this stack already runs at {running.services['order-svc']}: `make down` first")

    def _restart_when_moved(self, addresses: Addresses) -> None:
        """Stop services that run with other addresses of Kafka or PostgreSQL; `up` starts them again."""
        if self.layout.stack_file.exists() and Addresses.read(self.layout.stack_file) != addresses:
            self._stop_services(None)

    def _running(self) -> Iterator[bool]:
        processes = self._processes()
        return (processes.find(server.name) is not None for server in (*SERVICES, SIMULATOR))

    def down(self, progress: Progress) -> None:
        with self._locked():
            self._down(progress)

    def _down(self, progress: Progress) -> None:
        self._stop_services(progress)
        self.infrastructure.stop(progress)
        self.layout.stack_file.unlink(missing_ok=True)

    def _stop_services(self, progress: Progress | None) -> None:
        processes = self._processes()
        with ThreadPoolExecutor(max_workers=len(SERVICES) + 1) as pool:
            stopping = {
                one.name: pool.submit(processes.stop, one.name, grace_seconds=25) for one in (*SERVICES, SIMULATOR)
            }
        for name, stopped in stopping.items():
            if stopped.result() and progress:
                progress.done(name, "stopped")

    def reset(self, progress: Progress) -> None:
        with self._locked():
            self._down(progress)
            self.infrastructure.erase(progress)
        shutil.rmtree(self.layout.home, ignore_errors=True)

    def status(self) -> list[ComponentStatus]:
        servers = ServiceProcesses(self.layout, self._processes())
        with ThreadPoolExecutor(max_workers=len(SERVICES) + 1) as pool:
            return [*self.infrastructure.status(), *pool.map(servers.status, (*SERVICES, SIMULATOR))]

    def logs(self, name: str | None, follow: bool) -> None:
        follow_logs(self.layout.logs, name, follow)

    def _processes(self) -> Processes:
        return Processes(self.layout.folder("run"), self.layout.logs)

    def _secrets(self) -> Secrets:
        return Secrets.of(self.layout.home)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Keep a second command out, which would start everything twice.

        Raises:
            StackError: another command is running on this stack.
        """
        with (self.layout.folder("run") / "lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise StackError("another aftercare command is running on this stack: wait for it") from None
            yield
