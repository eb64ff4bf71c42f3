"""The processes that a service's command line starts: a server, a migration, or one function with an open runtime."""

import asyncio
import gc
import signal
import sys
from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from functools import partial
from types import FrameType
from typing import Any, Generic

import asyncpg
import structlog
import uvicorn
from fastapi import FastAPI
from starlette.routing import WebSocketRoute

from aftercare_chassis.database.migrations import Migrations
from aftercare_chassis.database.revisions import SchemaMismatch
from aftercare_chassis.http.protocol import LimitedProtocol
from aftercare_chassis.observability import logs, span_export, tracing
from aftercare_chassis.runtime import Runtime
from aftercare_chassis.settings import S
from aftercare_chassis.wakeup import set_within

DATABASE_SECONDS = 20.0
RETRY_SECONDS = 0.5
TICK_SECONDS = 1.0  # the Date header of responses has seconds
PING_SECONDS = 30.0
"""After so long without an answer to a ping, a socket is closed; they are sent as often."""
_log = structlog.get_logger(__name__)
YOUNG_OBJECTS = 50_000
"""After so many more allocated containers than freed ones Python looks for reference cycles; its own number is 700."""
NOT_STARTED = 3  # the exit code of uvicorn for a server that could not start
_SERVER: dict[str, Any] = {  # Any: options of uvicorn, each of its own type
    "loop": "uvloop",
    "http": LimitedProtocol,
    "access_log": False,
    "log_config": None,
    "server_header": False,
    # Else whoever connects from this machine states in a header which address it comes from.
    "proxy_headers": False,
    "timeout_keep_alive": 75,
    "timeout_graceful_shutdown": 10,
}


def socket_options(app: FastAPI) -> dict[str, Any]:  # Any: as above
    """The options of uvicorn for an app with WebSockets, or without: then the library for them is not loaded."""
    if not any(isinstance(each, WebSocketRoute) for each in app.routes):
        return {"ws": "none"}
    from aftercare_chassis.http.socket_protocol import MOST_MESSAGE_BYTES, LimitedSocketProtocol

    return {
        "ws": LimitedSocketProtocol,
        "ws_max_size": MOST_MESSAGE_BYTES,
        "ws_ping_interval": PING_SECONDS,
        "ws_ping_timeout": PING_SECONDS,
        # Compression would take 50 to 300 KB of each socket.
        "ws_per_message_deflate": False,
    }


class Server(uvicorn.Server):
    """uvicorn's server, which sleeps until a signal arrives; its own looks ten times a second whether one has."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._end_sleep: Callable[[], object] = lambda: None

    async def main_loop(self) -> None:
        """Keep the Date header of responses up to date until the server is to end."""
        exiting = asyncio.Event()
        # Threadsafe: a signal handler runs between any two instructions of the loop.
        self._end_sleep = partial(asyncio.get_running_loop().call_soon_threadsafe, exiting.set)
        while not await self.on_tick(0):
            await set_within(exiting, TICK_SECONDS)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Note that the server is to end."""
        super().handle_exit(sig, frame)
        self._end_sleep()


class Processes(Generic[S]):
    """The processes of one service. Each first waits up to 20 seconds for the database, else it ends with one line."""

    def __init__(self, runtime: Runtime[S], migrations: Migrations, log_fields: Collection[str]) -> None:
        self._runtime, self._migrations, self._log_fields = runtime, migrations, log_fields

    def serve(self, app: FastAPI) -> None:
        """Serve the app until SIGTERM or Ctrl+C."""
        settings, name = self._runtime.settings, self._runtime.name
        logs.configure(name, settings.log_level, self._log_fields)
        span_export.configure(name, settings.otlp_endpoint, settings.trace_ratio, self._runtime.metrics)
        for why in settings.name_warnings():
            _log.warning("setting_name", why=why)
        asyncio.run(self._wait_for_database())
        # uvicorn raises the signal again once it has shut down cleanly; then there is nothing left to do.
        signal.signal(signal.SIGTERM, _exit)
        server = Server(uvicorn.Config(app, host=settings.host, port=settings.port, **_SERVER, **socket_options(app)))
        self._runtime.leaving = lambda: server.should_exit
        _collect_less()
        with suppress(KeyboardInterrupt):
            server.run()
        if not server.started:
            sys.exit(NOT_STARTED)

    def migrate(self) -> None:
        """Bring the database to this build's schema, or leave a newer one with which this build works as it is."""
        try:
            asyncio.run(self._upgrade())
        except SchemaMismatch as mismatch:
            raise SystemExit(f"{self._runtime.name}: {mismatch}") from None

    def autogenerate(self, message: str, revision: str | None = None) -> None:
        """Write a revision with what the tables have and the database does not have."""
        asyncio.run(self._wait_for_database(self._runtime.settings.owner_url))
        asyncio.run(self._migrations.autogenerate(message, revision))

    def once(self, act: Callable[[Runtime[S]], Awaitable[int | None]]) -> None:
        """Run `act` with an open runtime and end the process with the exit code that it returns (0 for None).

        Logs go to stderr, so that stdout holds what the command prints.
        """
        structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))

        async def run() -> int | None:
            await self._wait_for_database()
            await self._runtime.open()
            try:
                with tracing.new_trace(f"command {self._runtime.name}"):
                    return await act(self._runtime)
            finally:
                await self._runtime.close()

        sys.exit(asyncio.run(run()))

    async def _upgrade(self) -> None:
        role = await self._wait_for_database()
        owner = await self._wait_for_database(self._runtime.settings.owner_url)
        await self._migrations.upgrade(runs_as=role if role != owner else None)

    async def _wait_for_database(self, url: str | None = None) -> str:
        """Wait until the database answers; return the role of the connection. `url`: see `Runtime.connect`."""
        deadline = asyncio.get_running_loop().time() + DATABASE_SECONDS
        while True:
            try:
                connection = await self._runtime.connect(url)
                role = str(await connection.fetchval("SELECT current_user"))
                await connection.close()
                return role
            except (OSError, TimeoutError, asyncpg.PostgresError) as error:
                if asyncio.get_running_loop().time() > deadline:
                    why = f"the database does not answer ({type(error).__name__})"
                    raise SystemExit(f"{self._runtime.name}: {why}") from None
                await asyncio.sleep(RETRY_SECONDS)


def _collect_less() -> None:
    """Look for reference cycles rarely, and never among the modules, schemas and statements, which live as long as the process.

    Rows and events have none and are freed by their reference counts: a large import spent a third of its CPU on looking.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS)


def _exit(number: int, frame: FrameType | None) -> None:
    """End the process with exit code 0; a signal that arrives while it ends changes nothing."""
    signal.signal(number, signal.SIG_IGN)
    sys.exit(0)
