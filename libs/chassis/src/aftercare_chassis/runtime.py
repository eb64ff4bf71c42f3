"""What a running process of a service holds, such as its connection pool, and how it makes transactions."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, suppress
from functools import partial
from typing import Generic, TypeVar

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from aftercare_chassis.auth.issuers import Roles
from aftercare_chassis.auth.tokens import Verifier
from aftercare_chassis.clock import Clock
from aftercare_chassis.database.audit import Audit
from aftercare_chassis.database.connections import SESSION, connect, no_reset, prepare
from aftercare_chassis.database.cursors import Cursors
from aftercare_chassis.database.errors import DATABASE_ERRORS
from aftercare_chassis.database.handled_events import HANDLED, HandledEvents
from aftercare_chassis.database.metrics import PoolMetrics
from aftercare_chassis.database.notifications import Notifications, key_of, keyed
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
from aftercare_chassis.unit_of_work import UnitOfWork
from aftercare_chassis.wakeup import Wakeup

T = TypeVar("T", bound=Transaction)
Made = Callable[..., T]
ACQUIRE_SECONDS = 5.0
CLOSE_SECONDS = 5.0
TIMING_SECONDS = 5.0
"""What another process has changed of the timing holds in this one after so long."""


class Runtime(Generic[S_co]):
    """One per process: `open` connects it, `close` ends it.

    `watchdogs` name what may get stuck; each returns None, or what is wrong. `revisions` are those of this build.
    `streams` counts the open event streams, `streams_of` those of each caller, `waiting_of` the requests of each that wait for an event of another service. `leaving`
    returns whether the process is about to end. `listeners` are called with the keys that are published under their names. `transactions` makes transactions; a reconciliation has a kind of its own.
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
        audit: Audit | None = None,
    ) -> None:
        self.audit = audit
        self._timing, self._observers, self._journal = timing or NoTiming(), observers, journal
        self._resources, self._opened = resources, AsyncExitStack()
        self.name, self.settings, self.clock, self.ids, self.metrics = name, settings, clock, ids, metrics
        self.kafka = Security(settings)
        self.verifier = Verifier(settings, clock, roles)
        self.cursors = Cursors(settings.signing_key)
        self.wakeups: dict[str, Wakeup] = {}
        self.listeners: dict[str, Callable[[str | None], None]] = {}
        self.notifications = Notifications(partial(self.connect, statement_timeout="10s"), self._notified)
        self.watchdogs: dict[str, Callable[[], str | None]] = {}
        self.revisions = Revisions()
        self.streams = 0
        self.streams_of, self.waiting_of = Counter[str](), Counter[str]()
        self.transactions: Callable[..., Transaction[S_co]] = Transaction
        self.leaving: Callable[[], bool] = lambda: False
        self.progress = HandledEvents(self.handled, lambda: self.leaving())
        self.pool: asyncpg.Pool

    @property
    def waiting(self) -> int:
        """How many requests wait for an event of another service."""
        return self.waiting_of.total()

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

    def publish(self, name: str, key: str) -> None:
        """Call the listener of this name with the key, in this process and in the others; not where a notification is lost."""
        if (listener := self.listeners.get(name)) is not None:
            listener(key)
        self.notifications.send(keyed(name, key))

    def wake(self, name: str) -> None:
        """Notify the loops that do the work of this name, in other processes too where those of this one do not do all of it.

        A name that is `keyed` is published.
        """
        if (parts := key_of(name)) is not None:
            self.publish(*parts)
            return
        wakeup = self.wakeups.get(name)
        if wakeup is not None:
            wakeup.notify()
        if wakeup is None or not wakeup.alone:
            self.notifications.send(name)

    def _notified(self, name: str | None) -> None:
        """Another process has notified the work of this name; None: any notification may have been lost."""
        parts = key_of(name) if name else None
        for each, listener in self.listeners.items():
            if name is None or (parts is not None and parts[0] == each):
                listener(parts[1] if parts else None)
        for each, wakeup in self.wakeups.items():
            if name in (each, None):
                wakeup.notify()

    def transaction(
        self, actor: Actor = SYSTEM, *, if_match: IfMatch | None = None, look: str | None = None
    ) -> UnitOfWork[S_co]:
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
            trace=tracing.begun(),
            if_match=if_match,
            timing=self._timing.timing(),
            observers=self._observers,
            journal=self._journal,
        )
