"""The suite as processes of this machine, with embedded or given Kafka and PostgreSQL."""

import fcntl
import shutil
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field

from aftercare_chassis.kafka import topics

from aftercare_cli.stack import databases
from aftercare_cli.stack.interface import Addresses, ComponentStatus, Infrastructure, Progress, StackError, step
from aftercare_cli.stack.layout import LABELS, ORDER, PROVIDERS, SERVERS, SERVICES, SIMULATOR, Layout, Server
from aftercare_cli.stack.log_files import follow_logs
from aftercare_cli.stack.processes import Processes
from aftercare_cli.stack.secrets_file import Secrets
from aftercare_cli.stack.service_commands import service_variables, settings_file
from aftercare_cli.stack.services import ServiceProcesses
from aftercare_cli.stack.threads import run

STOP_SECONDS = 25.0


@dataclass(slots=True)
class LocalStack:
    """The five services, the process of labels, the simulators, Kafka and PostgreSQL.

    `without` names services that are started elsewhere, `providers` the payment providers that are simulated beside the usual one, until
    `down`; `settings` are further environment variables of all services.
    """

    layout: Layout
    infrastructure: Infrastructure
    without: frozenset[str] = frozenset()
    providers: frozenset[str] = frozenset()
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        return self.infrastructure.kind

    def up(self, progress: Progress) -> Addresses:
        with self._locked():
            self._check_addresses()
            processes, providers = ServiceProcesses(self.layout, self._processes()), self._wanted_providers()
            processes.require_free_ports((*self._servers(), *(PROVIDERS[name] for name in providers)))
            self.infrastructure.start(progress)
            addresses = self._addresses()
            self._prepare(progress)
            self._restart_when_moved(addresses)
            self._start_providers(processes, providers, progress)
            self._start(ServiceProcesses(self.layout, self._processes(), self._environment()), addresses, progress)
            addresses.write(self.layout.stack_file)
            return addresses

    def _servers(self) -> tuple[Server, ...]:
        """Those of SERVERS that are started here. The process of labels needs the schema that the start of order-svc migrates."""
        without = {*self.without, *([LABELS.name] if ORDER.name in self.without else [])}
        return tuple(server for server in SERVERS if server.name not in without)

    def _wanted_providers(self) -> list[str]:
        processes = self._processes()
        return [name for name, one in PROVIDERS.items() if name in self.providers or processes.was_started(one.name)]

    def _prepare(self, progress: Progress) -> None:
        """Databases, roles and topics."""
        with step(progress, "databases", "creating databases and roles", "ready"):
            secrets = self._secrets()
            run(databases.create(self.infrastructure.postgres, secrets.databases, secrets.owners))
        with step(progress, "topics", "creating topics", "ready"):
            run(topics.create(self.infrastructure.kafka, replication=1, min_isr=1, partitions=None, retention_ms=-1))

    def _start_providers(self, processes: ServiceProcesses, names: list[str], progress: Progress) -> None:
        """Start the simulators of payment providers that do not run; order-svc is stopped, since each new one has another account."""
        missing = [name for name in names if not processes.runs(PROVIDERS[name])]
        if missing:
            processes.processes.stop(ORDER.name, grace_seconds=STOP_SECONDS)
        for name in missing:
            processes.start_provider(name, progress)

    def _start(self, processes: ServiceProcesses, addresses: Addresses, progress: Progress) -> None:
        services = [one for one in SERVICES if one.name not in self.without]
        others = (processes.start_simulator, processes.start_couriers, processes.start_embedder)
        with ThreadPoolExecutor(max_workers=len(services) + len(others)) as pool:
            starting = [pool.submit(start, progress) for start in others]
            starting += [pool.submit(self._start_service, processes, one, addresses, progress) for one in services]
        for each in starting:
            each.result()

    def _start_service(
        self, processes: ServiceProcesses, one: Server, addresses: Addresses, progress: Progress
    ) -> None:
        processes.start(one, addresses, progress)
        if one is ORDER:
            processes.start_labels(addresses.databases[one.name], progress)

    def _environment(self) -> dict[str, str]:
        return {**service_variables(self.layout, self.infrastructure.kafka), **self.settings}

    def _addresses(self) -> Addresses:
        admin, secrets = self.infrastructure.postgres, self._secrets()
        return Addresses(
            kind=self.kind,
            services={service.name: self.layout.url(service) for service in SERVICES},
            simulator=self.layout.url(SIMULATOR),
            kafka=self.infrastructure.kafka,
            databases={one.name: databases.dsn(admin, one, secrets.databases[one.name]) for one in SERVICES},
            owners={one.name: databases.dsn(admin, one, secrets.owners[one.name], role=one.owner) for one in SERVICES},
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
        return (processes.find(server.name) is not None for server in SERVERS)

    def down(self, progress: Progress, names: Sequence[str] = ()) -> None:
        with self._locked():
            if names:
                self._stop(names, progress)
            else:
                self._down(progress)

    def _down(self, progress: Progress) -> None:
        self._stop_services(progress)
        self.infrastructure.stop(progress)
        self.layout.stack_file.unlink(missing_ok=True)

    def _stop_services(self, progress: Progress | None) -> None:
        self._stop([server.name for server in (*SERVERS, *PROVIDERS.values())], progress)
        for provider in PROVIDERS:
            settings_file(self.layout, provider).unlink(missing_ok=True)

    def _stop(self, names: Sequence[str], progress: Progress | None) -> None:
        processes = self._processes()
        with ThreadPoolExecutor(max_workers=len(names)) as pool:
            stopping = {name: pool.submit(processes.stop, name, grace_seconds=STOP_SECONDS) for name in names}
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
        providers = [PROVIDERS[name] for name in self._wanted_providers()]
        with ThreadPoolExecutor(max_workers=len(SERVERS)) as pool:
            return [*self.infrastructure.status(), *pool.map(servers.status, (*SERVERS, *providers))]

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
