"""What a running process of a service holds, such as its connection pool, and how it makes transactions."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, suppress
from functools import partial
from types import TracebackType
from typing import Generic, TypeVar

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from aftercare_chassis import failpoints
from aftercare_chassis.auth.issuers import Roles
from aftercare_chassis.auth.tokens import Verifier
from aftercare_chassis.clock import Clock
from aftercare_chassis.database.connections import SESSION, connect, no_reset, prepare, prepare_look_up
from aftercare_chassis.database.cursors import Cursors
from aftercare_chassis.database.errors import DATABASE_ERRORS
from aftercare_chassis.database.handled_events import HANDLED, HandledEvents
from aftercare_chassis.database.metrics import PoolMetrics
from aftercare_chassis.database.notifications import OUTBOX, Notifications
from aftercare_chassis.database.observers import Journal, Observer
from aftercare_chassis.database.revisions import Revisions, SchemaMismatch
from aftercare_chassis.database.timing import NoTiming, TimingSource
from aftercare_chassis.database.transaction import Reader, Transaction
from aftercare_chassis.ids import Ids
from aftercare_chassis.kafka.security import Security
from aftercare_chassis.lifecycle import SYSTEM, TIMING, Actor
from aftercare_chassis.observability import tracing
from aftercare_chassis.observability.metrics import Metrics
from aftercare_chassis.preconditions import IfMatch
from aftercare_chassis.settings import S_co
from aftercare_chassis.wakeup import Wakeup

T = TypeVar("T", bound=Transaction)
Made = Callable[..., T]
ACQUIRE_SECONDS = 5.0
CLOSE_SECONDS = 5.0
TIMING_SECONDS = 5.0
"""What another process has changed of the timing holds in this one after so long."""


class Runtime(Generic[S_co]):
    """One per process: `open` connects it, `close` ends it.

    `transactions` makes transactions, `watchdogs` name what may get stuck; each returns None, or what is wrong. `revisions` are those of this build. `streams` counts the open event
    streams, `waiting` the requests that wait for an event of another service. `leaving` returns whether the process is about to end.
    """

    def __init__(
        self,
        name: str,
        settings: S_co,
        clock: Clock,
        ids: Ids,
        metrics: Metrics,
        *,
        roles: Roles,
        resources: Sequence[AbstractAsyncContextManager[object]] = (),
        timing: TimingSource | None = None,
        observers: Mapping[str, Observer] | None = None,
        journal: Journal | None = None,
    ) -> None:
        self._timing, self._observers, self._journal = timing or NoTiming(), observers, journal
        self._resources, self._opened = resources, AsyncExitStack()
        self.name, self.settings, self.clock, self.ids, self.metrics = name, settings, clock, ids, metrics
        self.kafka = Security(settings)
        self.verifier = Verifier(settings, clock, roles)
        self.cursors = Cursors(settings.signing_key)
        self.wakeups: dict[str, Wakeup] = {}
        self.notifications = Notifications(partial(self.connect, statement_timeout="10s"), self._notified)
        self.watchdogs: dict[str, Callable[[], str | None]] = {}
        self.revisions = Revisions()
        self.streams = self.waiting = 0
        self.transactions: Callable[..., Transaction[S_co]] = Transaction
        self.leaving: Callable[[], bool] = lambda: False
        self.progress = HandledEvents(self.handled, lambda: self.leaving())
        self.pool: asyncpg.Pool

    async def open(self) -> None:
        """Connect to the database. Raises: OSError, asyncpg.PostgresError where it cannot be reached."""
        settings = self.settings
        self.pool = await asyncpg.create_pool(
            settings.database_url,
            min_size=1,
            max_size=settings.pool_size,
            connect=partial(connect, partial(settings.current, "database_url")),
            init=prepare,
            reset=no_reset,
            timeout=ACQUIRE_SECONDS,
            command_timeout=30,
            statement_cache_size=512,
            max_inactive_connection_lifetime=300,
            server_settings={**SESSION, "application_name": self.name, "statement_timeout": "10s"},
        )
        self.metrics.of(PoolMetrics).watch(self.pool)
        for each in self._resources:
            await self._opened.enter_async_context(each)
        with suppress(asyncpg.UndefinedTableError):  # a pod may start before its migration has run
            await self.load_timing()

    async def load_timing(self) -> None:
        """Load what deadlines are computed with, where it has changed."""
        async with self.reader() as reader:
            await self._timing.load(reader)

    async def keep_timing(self, stop: asyncio.Event) -> None:
        """Load it every few seconds, and when it was changed here, until `stop` is set."""
        wakeup = self.wakeup(TIMING)
        wakeup.alone = False
        with wakeup.ending(stop):
            while not stop.is_set():
                with suppress(TimeoutError, *DATABASE_ERRORS):  # what was loaded before holds meanwhile
                    await self.load_timing()
                await wakeup.wait(TIMING_SECONDS)

    async def close(self) -> None:
        """Close the connections; they are cut where the database does not close them within five seconds."""
        await self.progress.close()
        await self._opened.aclose()
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await self.pool.close()
        except TimeoutError:
            self.pool.terminate()

    async def connect(self, url: str | None = None, **session: str) -> asyncpg.Connection:
        """A new connection outside the pool, with these settings of the session; the caller closes it. `url`: another role's address."""
        connection = await asyncpg.connect(
            url or self.settings.current("database_url"),
            timeout=ACQUIRE_SECONDS,
            command_timeout=30,
            server_settings={**SESSION, "application_name": self.name, **session},
        )
        await prepare(connection)
        return connection

    def wakeup(self, name: str) -> Wakeup:
        """The wake-up of the loops of this process that do the work of this name."""
        return self.wakeups.setdefault(name, Wakeup())

    def wake(self, name: str) -> None:
        """Notify the loops that do the work of this name, in other processes too where those of this one do not do all of it."""
        wakeup = self.wakeups.get(name)
        if wakeup is not None:
            wakeup.notify()
        if wakeup is None or not wakeup.alone:
            self.notifications.send(name)

    def _notified(self, name: str | None) -> None:
        """Another process has notified the work of this name; None: any notification may have been lost."""
        for each, wakeup in self.wakeups.items():
            if name in (each, None):
                wakeup.notify()

    def transaction(
        self, actor: Actor = SYSTEM, *, if_match: IfMatch | None = None, look: str | None = None
    ) -> "UnitOfWork[S_co]":
        """`async with runtime.transaction(actor) as tx`: committed with its events at the end, rolled back on an exception.

        `look` is a SELECT without parameters that is sent with the BEGIN; `found` of the unit of work says whether it
        returned a row.
        """
        return UnitOfWork(self, actor, if_match, look)

    async def acquire(self) -> PoolConnectionProxy:
        """A connection of the pool, which the caller releases. Raises: TimeoutError where none is free within 5 seconds."""
        if self.pool.get_idle_size():
            return await self.pool.acquire()  # returns at once: no timer is needed, and none is set up
        with self.metrics.of(PoolMetrics).waiting():
            return await self.pool.acquire(timeout=ACQUIRE_SECONDS)

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[PoolConnectionProxy]:
        """A connection of the pool for the block. Raises: TimeoutError where none is free within 5 seconds."""
        connection = await self.acquire()
        try:
            yield connection
        except BaseException:
            await self.pool.release(connection, timeout=ACQUIRE_SECONDS)
            raise
        await self.pool.release(connection)

    async def need_schema(self) -> None:
        """Check the schema of the database. Raises: SchemaMismatch where this build does not work with it."""
        async with self.connection() as connection:
            if mismatch := await self.revisions.mismatch(connection):
                raise SchemaMismatch(mismatch)

    async def handled(self, aggregates: Collection[str]) -> dict[str, int]:
        """The sequence of the last event that the consumer has handled, for each of these aggregates, by its id.

        An aggregate of which no event was handled may be missing.
        """
        async with self.connection() as connection:
            rows = await connection.fetch(HANDLED, self.name, aggregates)
        return {row["aggregateid"]: row["last_sequence"] for row in rows}

    @asynccontextmanager
    async def reader(self, actor: Actor = SYSTEM) -> AsyncIterator[Reader[S_co]]:
        """A reader on one connection; each statement sees what is committed when it starts."""
        async with self.connection() as connection:
            reader = Reader(connection, actor=actor, now=self.clock.now(), settings=self.settings, cursors=self.cursors)
            reader.timing = self._timing.timing()
            yield reader

    def begin(self, connection: PoolConnectionProxy, actor: Actor, if_match: IfMatch | None) -> Transaction[S_co]:
        """The transaction of a connection on which BEGIN has been sent."""
        return self.begin_as(self.transactions, connection, actor, if_match)

    def begin_as(
        self, kind: Made[T], connection: PoolConnectionProxy, actor: Actor = SYSTEM, if_match: IfMatch | None = None
    ) -> T:
        """The same as an object of `kind`. It continues the current trace, or starts one."""
        return kind(
            connection,
            actor=actor,
            clock=self.clock,
            settings=self.settings,
            cursors=self.cursors,
            ids=self.ids,
            source=f"/{self.name}",
            trace=tracing.current() or tracing.TraceContext.fresh(),
            if_match=if_match,
            timing=self._timing.timing(),
            observers=self._observers,
            journal=self._journal,
        )


class UnitOfWork(Generic[S_co]):
    """One database transaction as a context manager; `found` is whether the `look` sent with the BEGIN returned a row.

    A class and not a generator: it is entered for every command.
    """

    __slots__ = ("_actor", "_connection", "_if_match", "_look", "_runtime", "_tx", "found")

    def __init__(self, runtime: Runtime[S_co], actor: Actor, if_match: IfMatch | None, look: str | None) -> None:
        self._runtime, self._actor, self._if_match, self._look = runtime, actor, if_match, look

    async def __aenter__(self) -> Transaction[S_co]:
        self._connection = await self._runtime.acquire()
        try:
            status = await self._begin()
            self.found = status not in ("BEGIN", "SELECT 0")
            self._tx = self._runtime.begin(self._connection, self._actor, self._if_match)
        except BaseException:
            await self._roll_back()
            raise
        return self._tx

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            await self._roll_back(error)
            return
        try:
            await self._tx.finish()
            failpoints.point("transaction.flushed")
            await self._commit()
        except BaseException as failed:
            await self._roll_back(failed)
            raise
        await self._runtime.pool.release(self._connection)
        self._after_commit()

    async def _begin(self) -> str:
        # Not asyncpg's transaction object: it sends its BEGIN alone, and a round trip costs more than the SELECT.
        begin = f"BEGIN; {self._look}" if self._look else "BEGIN"
        try:
            return await self._connection.execute(begin)
        except asyncpg.InvalidSQLStatementNameError:  # the connection is older than the tables
            await self._connection.execute("ROLLBACK")
            await prepare_look_up(self._connection)
            return await self._connection.execute(begin)

    async def _commit(self) -> None:
        if await self._connection.execute("COMMIT") != "COMMIT":
            # PostgreSQL answers the COMMIT of a failed transaction with ROLLBACK, and with no error.
            raise asyncpg.InFailedSQLTransactionError("an error in this transaction was ignored: it was rolled back")

    async def _roll_back(self, error: BaseException | None = None) -> None:
        """Roll back and release the connection. One to a former primary, which takes no writes, is closed with all others of the pool."""
        if isinstance(error, asyncpg.ReadOnlySQLTransactionError):
            await self._runtime.pool.expire_connections()
        try:
            if not self._connection.is_closed() and self._connection.is_in_transaction():
                # Not asyncpg's own timeout: that one starts when the query that was cancelled has ended.
                async with asyncio.timeout(ACQUIRE_SECONDS):
                    await self._connection.execute("ROLLBACK")
        finally:
            await self._runtime.pool.release(self._connection, timeout=ACQUIRE_SECONDS)

    def _after_commit(self) -> None:
        if self._tx.recorded:
            self._runtime.wake(OUTBOX)
        for callback in self._tx.callbacks:
            callback()
        for worker in self._tx.woken:
            self._runtime.wake(worker)
