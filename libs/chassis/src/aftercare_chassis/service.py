"""A service: its routes, handlers, timers and workers become an app and a command line that starts its processes."""

import inspect
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from enum import StrEnum
from functools import cached_property, partial
from typing import Generic

import typer
from fastapi import APIRouter, FastAPI
from sqlalchemy import MetaData
from starlette.routing import WebSocketRoute

from aftercare_chassis.auth.issuers import Roles
from aftercare_chassis.auth.metrics import IdentityMetrics
from aftercare_chassis.cli import Once
from aftercare_chassis.clock import SystemClock
from aftercare_chassis.consumer.cli import ParkedCommands
from aftercare_chassis.consumer.consumer import Consumer
from aftercare_chassis.consumer.dispatcher import Handlers
from aftercare_chassis.consumer.metrics import ConsumerMetrics
from aftercare_chassis.database.audit import Audit
from aftercare_chassis.database.metrics import PoolMetrics
from aftercare_chassis.database.migrations import Migrations
from aftercare_chassis.database.observers import Journal, Observer
from aftercare_chassis.database.timing import TimingSource
from aftercare_chassis.http import docs_page, health, middleware, openapi, problems
from aftercare_chassis.http.metrics import AdmissionMetrics, RequestMetrics, SocketMetrics
from aftercare_chassis.http.route_index import App, RouteIndex
from aftercare_chassis.http.routing import ApiRoute, keep_fixed_addresses
from aftercare_chassis.http.webhooks import WebhookRouter
from aftercare_chassis.ids import Uuid7Ids
from aftercare_chassis.jobs.background import Loop, running
from aftercare_chassis.jobs.deadlines import Deadlines, Due, Watch
from aftercare_chassis.jobs.metrics import DeadlineMetrics, WorkerMetrics
from aftercare_chassis.jobs.redrive import Redrive
from aftercare_chassis.jobs.retention import MESSAGING, Retention, retention_worker
from aftercare_chassis.jobs.workers import Worker, work
from aftercare_chassis.observability.event_loop import EventLoopMetrics
from aftercare_chassis.observability.metrics import Figures, Metrics
from aftercare_chassis.observability.span_export import SpanMetrics
from aftercare_chassis.processes import Processes
from aftercare_chassis.projections.cli import ReplayCommand
from aftercare_chassis.projections.projection import Projection
from aftercare_chassis.recovery.cli import ReconcileCommand
from aftercare_chassis.recovery.reconciliation import Redo
from aftercare_chassis.recovery.unrestored_cli import UnrestoredCommands
from aftercare_chassis.relay.cli import OutboxCommands
from aftercare_chassis.relay.metrics import RelayMetrics
from aftercare_chassis.relay.relay import Relay
from aftercare_chassis.runtime import Runtime
from aftercare_chassis.settings import S

FIGURES: tuple[Figures, ...] = (
    RequestMetrics,
    AdmissionMetrics,
    SocketMetrics,
    ConsumerMetrics,
    RelayMetrics,
    WorkerMetrics,
    DeadlineMetrics,
    PoolMetrics,
    EventLoopMetrics,
    SpanMetrics,
    IdentityMetrics,
)
"""Exported by every process from its start, whatever it does: an alert on a series that is absent never fires."""


class ProcessRole(StrEnum):
    """What a process does. `consume` is everything that happens while no client waits: events, timers, workers."""

    SERVE = "serve"
    RELAY = "relay"
    CONSUME = "consume"


class Service(Generic[S]):
    """What a service consists of.

    Args:
        name: names its command, its consumer group and the source of its events.
        package: the Python package, which holds `migrations/versions`.
        metadata: its own tables, without the messaging tables.
        roles: the roles of the people whom it lets in, each with the claim that names the tenant it acts for.
        handlers: who handles which events; deadlines: its timers; workers: its other background work.
        watch_deadlines: called before each look of its timers.
        retention: its tables whose old rows are deleted.
        projection: which of its tables are made of events alone, and can be rebuilt.
        after_migration: runs at the end of `migrate`, on data that this build derives; it may run any number of times.
        commands: further commands of its command line, each returning the exit code (None: 0). What they take besides the runtime is
            an argument, or an option where it has a default.
        log_fields: the names of its own log fields whose values are written.
        figures: its own metrics, exported by every process from its start as those of the chassis are.
        timing: what the ends of deadlines are computed with, where plain hours are not enough.
        observers: called with each change of an aggregate, by the name of its table.
        journal: called with each event that is recorded.
        redo: by own event, what records it again after a restore, where neither an event of others nor a timer does.
        audit: which of its commands are recorded for auditors.
        resources: what its adapters hold open, such as HTTP clients; entered when a process starts, left when it ends.
    """

    def __init__(
        self,
        *,
        name: str,
        package: str,
        settings: S,
        metadata: MetaData,
        roles: Roles,
        routers: Sequence[APIRouter],
        handlers: Handlers[S] | None = None,
        deadlines: Sequence[Due[S]] = (),
        watch_deadlines: Watch[S] | None = None,
        workers: Sequence[Worker[S]] = (),
        retention: Sequence[Retention[S]] = (),
        projection: Projection | None = None,
        after_migration: Callable[[Runtime[S]], Awaitable[None]] | None = None,
        commands: Mapping[str, Callable[..., Awaitable[int | None]]] | None = None,
        log_fields: Collection[str] = (),
        figures: Sequence[Figures] = (),
        resources: Sequence[AbstractAsyncContextManager[object]] = (),
        timing: TimingSource | None = None,
        observers: Mapping[str, Observer] | None = None,
        journal: Journal | None = None,
        redo: Redo[S] | None = None,
        audit: Audit | None = None,
    ) -> None:
        self.name, self.package, self.settings, self.routers, self.roles = name, package, settings, routers, roles
        self.handlers, self.deadlines, self._watch_deadlines = handlers or {}, deadlines, watch_deadlines
        retained: list[Retention[S]] = [*MESSAGING, *retention]
        self.workers = [*workers, retention_worker(retained)]
        if self.handlers:
            self.workers.append(Redrive(self.handlers).worker())
        self.projection, self.after_migration, self.commands = projection, after_migration, commands or {}
        self.redo, self._metadata = redo or {}, metadata
        self.runtime = Runtime(
            name,
            settings,
            SystemClock(),
            Uuid7Ids(),
            _metrics(name, figures),
            roles=roles,
            resources=resources,
            timing=timing,
            observers=observers,
            journal=journal,
            audit=audit,
        )
        self._has_timing = timing is not None
        self.migrations = Migrations(package, settings.owner_url, metadata)
        self.runtime.revisions = self.migrations.revisions
        self.runtime.metrics.of(RequestMetrics).watch(self.runtime)
        self.runtime.metrics.of(IdentityMetrics).watch(self.runtime.verifier)
        self.log_fields = frozenset(log_fields)
        self._processes = Processes(self.runtime, self.migrations, self.log_fields)

    @cached_property
    def app(self) -> FastAPI:
        """The REST API, for any ASGI server."""
        return self.process(ProcessRole.SERVE)

    def process(self, *roles: ProcessRole) -> FastAPI:
        """An app that does these things while it lives; every app has health and metrics, `serve` adds the REST API."""
        # No redirects: behind a gateway their address would be wrong, and partners' programs do not follow them.
        app = App(
            title=self.name,
            version="1",
            lifespan=partial(self._lifespan, roles),
            docs_url=None,
            redoc_url=None,
            redirect_slashes=False,
            separate_input_output_schemas=True,
        )
        app.state.runtime = self.runtime
        problems.install(app)
        _add_routes(app, health.router(self.runtime, watched=ProcessRole.SERVE not in roles))
        if ProcessRole.SERVE in roles:
            self._add_api(app)
        app.router.middleware_stack = RouteIndex(
            app.router
        )  # what a router calls for each request: by default its own search
        middleware.install(app, self.runtime, [each for each in self.routers if isinstance(each, WebhookRouter)])
        return app

    @asynccontextmanager
    async def _lifespan(self, roles: Sequence[ProcessRole], _: FastAPI) -> AsyncIterator[None]:
        await self.runtime.open()
        try:
            async with running(self.runtime, self._loops(roles)):
                yield
        finally:
            await self.runtime.close()

    def _add_api(self, app: FastAPI) -> None:
        for router in self.routers:
            _add_routes(app, router)
        keep_fixed_addresses([route for route in app.router.routes if isinstance(route, ApiRoute)])
        _add_routes(app, docs_page.router(self.name))
        openapi.install(app)

    def cli(self) -> None:
        """Run the command line."""
        self.command()()

    def command(self) -> typer.Typer:
        """serve | relay | consume | all | migrate | parked … | outbox … | replay | reconcile | unrestored …, and the service's own commands."""
        command = typer.Typer(help=f"{self.name} of Aftercare.", no_args_is_help=True, add_completion=False)
        once = self._processes.once
        for role in ProcessRole:
            command.command(role.value)(self._server(role))
        command.command("all", help="serve, relay and consume in one process")(self._server(*ProcessRole))
        command.command("migrate")(self._migrate)
        command.add_typer(ParkedCommands(self.handlers, once).group(), name="parked")
        command.add_typer(OutboxCommands(once).group(), name="outbox")
        command.command("replay")(ReplayCommand(self.projection, once).replay)
        reconciling = ReconcileCommand(self.handlers, self.deadlines, self.redo, self._metadata, once)
        command.command("reconcile")(reconciling.reconcile)
        command.add_typer(UnrestoredCommands(once).group(), name="unrestored")
        for name, act in self.commands.items():
            command.command(name, help=act.__doc__)(_with_arguments(once, act))
        return command

    def _server(self, *roles: ProcessRole) -> Callable[[], None]:
        return lambda: self._processes.serve(self.process(*roles))

    def _migrate(self, autogenerate: str = "", revision: str = "") -> None:
        """Bring the database to this build's schema, or leave a newer one that this build works with as it is.

        --autogenerate MESSAGE writes a migration instead, with the next number. It contains no CHECKs: add those by hand.
        """
        if autogenerate:
            self._processes.autogenerate(autogenerate, revision or None)
            return
        self._processes.migrate()
        if self.after_migration:
            self._processes.once(self.after_migration)

    def _has_sockets(self) -> bool:
        return any(isinstance(route, WebSocketRoute) for router in self.routers for route in router.routes)

    def _loops(self, roles: Sequence[ProcessRole]) -> list[Loop]:
        listens = set(roles) != {ProcessRole.SERVE} or self._has_sockets()
        loops: list[Loop] = [
            partial(self.runtime.notifications.run, listen=listens),
            self.runtime.metrics.of(EventLoopMetrics).measure,
        ]
        if ProcessRole.SERVE in roles:
            loops.append(self.runtime.verifier.keep)
        if self._has_timing:
            loops.append(self.runtime.keep_timing)
        if set(roles) != {ProcessRole.SERVE} and self.runtime.kafka.has_certificates:
            loops.append(self.runtime.kafka.keep)
        if ProcessRole.RELAY in roles:
            loops.append(Relay(self.runtime).run)
        if ProcessRole.CONSUME in roles:
            if self.handlers:
                loops.append(Consumer(self.runtime, self.handlers).run)
            if self.deadlines:
                loops.append(Deadlines(self.runtime, self.deadlines, self._watch_deadlines).run)
            loops += [partial(work, self.runtime, worker) for worker in self.workers]
        return loops


def _add_routes(app: FastAPI, router: APIRouter) -> None:
    # Not `include_router`: that searches every router for each request.
    app.router.routes.extend(router.routes)


def _metrics(name: str, own: Sequence[Figures]) -> Metrics:
    metrics = Metrics(name)
    for figures in (*FIGURES, *own):
        metrics.of(figures)
    return metrics


def _with_arguments(once: Once[S], act: Callable[..., Awaitable[int | None]]) -> Callable[..., None]:
    """A command of the arguments that `act` takes besides the runtime."""
    _, *parameters = inspect.signature(act, eval_str=True).parameters.values()

    def run(**given: object) -> None:
        once(partial(act, **given))

    # typer reads what a command takes from its signature: that of `act` has the runtime as well.
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {each.name: each.annotation for each in parameters}
    return run
