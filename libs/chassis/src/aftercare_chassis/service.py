"""A service on one screen: its routes, ears, timers and workers become an app and a command with its processes."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from enum import StrEnum
from functools import cached_property
from typing import Any, Generic

import asyncpg
import structlog
import typer
import uvicorn
from fastapi import APIRouter, FastAPI
from sqlalchemy import MetaData

from aftercare_chassis.auth.tokens import Roles
from aftercare_chassis.clock import SystemClock
from aftercare_chassis.consumer.cli import ParkedCommands
from aftercare_chassis.consumer.consumer import Consumer
from aftercare_chassis.consumer.dispatcher import Handlers
from aftercare_chassis.consumer.metrics import ConsumerMetrics
from aftercare_chassis.database.errors import DATABASE_ERRORS
from aftercare_chassis.database.migrations import Migrations
from aftercare_chassis.database.revisions import SchemaMismatch
from aftercare_chassis.http import health, middleware, openapi, problems
from aftercare_chassis.http.metrics import RequestMetrics
from aftercare_chassis.http.routing import WebhookRouter
from aftercare_chassis.ids import Uuid7Ids
from aftercare_chassis.jobs.deadlines import Deadlines, Due
from aftercare_chassis.jobs.redrive import Redrive
from aftercare_chassis.jobs.retention import MESSAGING, Retention, retention_worker
from aftercare_chassis.jobs.workers import Worker, work
from aftercare_chassis.observability import logs, tracing
from aftercare_chassis.observability.metrics import Metrics
from aftercare_chassis.projections.cli import ReplayCommand
from aftercare_chassis.projections.projection import Projection
from aftercare_chassis.relay.cli import OutboxCommands
from aftercare_chassis.relay.metrics import RelayMetrics
from aftercare_chassis.relay.relay import Relay
from aftercare_chassis.runtime import Runtime
from aftercare_chassis.settings import S

log = structlog.get_logger(__name__)

DATABASE_SECONDS = 20.0
STOP_SECONDS = 10.0
SCHEMA_SECONDS = 1.0
NOT_STARTED = 3  # the exit code that uvicorn itself uses
_SERVER: dict[str, Any] = {
    "loop": "uvloop",
    "http": "httptools",
    "ws": "none",
    "access_log": False,
    "log_config": None,
    "server_header": False,
    "timeout_keep_alive": 75,
    "timeout_graceful_shutdown": 10,
}
FIGURES = (RequestMetrics, ConsumerMetrics, RelayMetrics)
"""Exported by every process from its start, whatever it does: an alarm on a series that is absent never goes off."""
Background = Callable[[asyncio.Event], Coroutine[Any, Any, None]]


class ProcessRole(StrEnum):
    """What a process does. `consume` holds everything that happens with no client waiting: events, timers, workers."""

    SERVE = "serve"
    RELAY = "relay"
    CONSUME = "consume"


class Service(Generic[S]):
    """Everything a service is made of. `projection`: what of its tables the log alone makes, if anything. `after_migration`:
    what `migrate` does once the schema is there, to data that this build derives anew; it may run any number of times.
    `commands`: further words of its command line, each answering its exit code (None: 0)."""

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
        workers: Sequence[Worker[S]] = (),
        retention: Sequence[Retention[S]] = (),
        projection: Projection | None = None,
        after_migration: Callable[[Runtime[S]], Awaitable[None]] | None = None,
        commands: Mapping[str, Callable[[Runtime[S]], Awaitable[int | None]]] | None = None,
        log_fields: Collection[str] = (),
    ) -> None:
        self.name, self.package, self.settings, self.routers, self.roles = name, package, settings, routers, roles
        self.log_fields = log_fields
        self.handlers, self.deadlines = handlers or {}, deadlines
        retained: list[Retention[S]] = [*MESSAGING, *retention]
        self.workers = [*workers, retention_worker(retained)]
        if self.handlers:
            self.workers.append(Redrive(self.handlers).worker())
        self.projection, self.after_migration, self.commands = projection, after_migration, commands or {}
        metrics = Metrics(name)
        for figures in FIGURES:
            metrics.of(figures)
        self.runtime = Runtime(name, settings, SystemClock(), Uuid7Ids(), metrics, roles=roles)
        self.migrations = Migrations(package, settings.database_url, metadata)
        self.runtime.revisions = self.migrations.revisions

    @cached_property
    def app(self) -> FastAPI:
        """The REST API, for any ASGI server."""
        return self.process(ProcessRole.SERVE)

    def process(self, *parts: ProcessRole) -> FastAPI:
        """An app that runs these parts for as long as it lives; each has health and metrics, `serve` the API too."""

        @asynccontextmanager
        async def lifespan(_: FastAPI) -> AsyncIterator[None]:
            await self.runtime.open()
            try:
                async with _running(self.runtime, self._background(parts)):
                    yield
            finally:
                await self.runtime.close()

        # No redirects: behind a gateway their address would be wrong, and partners' programs do not follow them.
        app = FastAPI(
            title=self.name,
            version="1",
            lifespan=lifespan,
            redoc_url=None,
            redirect_slashes=False,
            separate_input_output_schemas=True,
        )
        app.state.runtime = self.runtime
        problems.install(app)
        app.include_router(health.router(self.runtime, watched=ProcessRole.SERVE not in parts))
        if ProcessRole.SERVE in parts:
            for router in self.routers:
                # Not `include_router`: that looks through every router anew for each request.
                app.router.routes.extend(router.routes)
            openapi.install(app)
        middleware.install(app, self.runtime, [each for each in self.routers if isinstance(each, WebhookRouter)])
        return app

    def cli(self) -> None:
        """Run the service's command."""
        self.command()()

    def command(self) -> typer.Typer:
        """serve | relay | consume | all | migrate | parked … | outbox … | replay, and the service's own words."""
        command = typer.Typer(help=f"{self.name} of Aftercare.", no_args_is_help=True, add_completion=False)
        for part in ProcessRole:
            command.command(part.value)(self._runner(part))
        command.command("all", help="serve, relay and consume in one process")(self._runner(*ProcessRole))
        command.command("migrate")(self._migrate)
        command.add_typer(ParkedCommands(self.handlers, self._once).group(), name="parked")
        command.add_typer(OutboxCommands(self._once).group(), name="outbox")
        command.command("replay")(ReplayCommand(self.projection, self._once).replay)
        for name, act in self.commands.items():
            command.command(name, help=act.__doc__)(self._doer(act))
        return command

    def _runner(self, *parts: ProcessRole) -> Callable[[], None]:
        def run() -> None:
            logs.configure(self.name, self.settings.log_level, self.log_fields)
            tracing.configure(self.name, self.settings.otlp_endpoint)
            asyncio.run(self._database_answers())
            # uvicorn raises the signal again once it has shut down cleanly; then there is nothing left to do.
            signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
            settings, app = self.settings, self.process(*parts)
            server = uvicorn.Server(uvicorn.Config(app, host=settings.host, port=settings.port, **_SERVER))
            self.runtime.leaving = lambda: server.should_exit
            with suppress(KeyboardInterrupt):
                server.run()
            if not server.started:
                sys.exit(NOT_STARTED)

        return run

    def _migrate(self, autogenerate: str = "", revision: str = "0001") -> None:
        """Bring the database to this build's schema, or leave a newer one that this build works with as it is.

        --autogenerate MESSAGE writes a migration instead.
        """
        asyncio.run(self._database_answers())
        if autogenerate:
            asyncio.run(self.migrations.autogenerate(autogenerate, revision))
            return
        try:
            asyncio.run(self.migrations.upgrade())
        except SchemaMismatch as mismatch:
            raise SystemExit(f"{self.name}: {mismatch}") from None
        if self.after_migration:
            self._once(self.after_migration)

    def _doer(self, act: Callable[[Runtime[S]], Awaitable[int | None]]) -> Callable[[], None]:
        return lambda: self._once(act)

    def _once(self, act: Callable[[Runtime[S]], Awaitable[int | None]]) -> None:
        """Do one thing with an open runtime and end the process with its answer. Logs go beside what it prints."""
        structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))

        async def do() -> int | None:
            await self._database_answers()
            await self.runtime.open()
            try:
                with tracing.new_trace():
                    return await act(self.runtime)
            finally:
                await self.runtime.close()

        sys.exit(asyncio.run(do()))

    async def _database_answers(self) -> None:
        """Wait for the database a while; then say in one line what is wrong and give up."""
        deadline = asyncio.get_running_loop().time() + DATABASE_SECONDS
        while True:
            try:
                await (await self.runtime.connect()).close()
                return
            except (OSError, TimeoutError, asyncpg.PostgresError) as error:
                if asyncio.get_running_loop().time() > deadline:
                    raise SystemExit(f"{self.name}: the database does not answer ({type(error).__name__})") from None
                await asyncio.sleep(0.5)

    def _background(self, parts: Sequence[ProcessRole]) -> list[Background]:
        found: list[Background] = []
        if ProcessRole.RELAY in parts:
            found.append(Relay(self.runtime).run)
        if ProcessRole.CONSUME in parts:
            if self.handlers:
                found.append(Consumer(self.runtime, self.handlers).run)
            if self.deadlines:
                found.append(Deadlines(self.runtime, self.deadlines).run)
            found += [_working(self.runtime, worker) for worker in self.workers]
        return found


def _working(runtime: Runtime[S], worker: Worker[S]) -> Background:
    return lambda stop: work(runtime, worker, stop)


@asynccontextmanager
async def _running(runtime: Runtime, background: Sequence[Background]) -> AsyncIterator[None]:
    """Run these from when the schema fits until the block ends; then let each finish what it holds, within bounds."""
    stop = asyncio.Event()
    schema = asyncio.create_task(_schema_fits(runtime, stop))
    tasks = [schema, *(asyncio.create_task(_guarded(_after(schema, each), stop)) for each in background)]
    try:
        yield
    finally:
        stop.set()
        _, late = await asyncio.wait(tasks, timeout=STOP_SECONDS)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)


async def _schema_fits(runtime: Runtime, stop: asyncio.Event) -> None:
    """Return once this build works with the database's schema, or `stop` is set. A pod may start before its migration has run."""
    told = ""
    while not stop.is_set():
        try:
            await runtime.need_schema()
            return
        except (SchemaMismatch, TimeoutError, *DATABASE_ERRORS) as error:
            if told != (told := str(error)):
                log.warning("background_waits_for_schema", why=told)
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), SCHEMA_SECONDS)


def _after(schema: asyncio.Task[None], each: Background) -> Background:
    async def run(stop: asyncio.Event) -> None:
        await asyncio.shield(schema)
        await each(stop)

    return run


async def _guarded(each: Background, stop: asyncio.Event) -> None:
    """A loop that ends by an error nobody foresaw takes the process with it: a restart is safe, a silent gap is not.

    A cancellation that nobody asked for is such an error, too: libraries let those of their own tasks escape.
    """
    try:
        await each(stop)
    except (Exception, asyncio.CancelledError) as error:
        if stop.is_set() and isinstance(error, asyncio.CancelledError):
            raise
        log.exception("background_failed")
        signal.raise_signal(signal.SIGTERM)
