"""What queries and commands are given: a connection, the actor, and the time at which they run.

A command locks, decides, saves and records; it never begins or commits, the caller does. Writes wait for the next read and are then sent together;
the recorded events are inserted with the last of them, right before the commit. The versions of an aggregate are the numbers of its events: `create`
and `save` take at least one event, so that sequences run 1..n without a gap, and every change is published.
"""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from copy import copy
from dataclasses import Field
from datetime import datetime
from typing import ClassVar, Protocol, TypeVar

from aftercare_events import Envelope, Event
from asyncpg import Record, UniqueViolationError
from asyncpg.pool import PoolConnectionProxy

from aftercare_chassis.clock import Clock
from aftercare_chassis.database import outbox
from aftercare_chassis.database.compiled import Compiled, Params
from aftercare_chassis.database.cursors import Cursors
from aftercare_chassis.database.envelopes import NewEvent
from aftercare_chassis.database.mapping import Query, Rows, Statement
from aftercare_chassis.database.observers import Journal, Observer, Observers
from aftercare_chassis.database.origins import Origin
from aftercare_chassis.database.reader import Reader as Reader
from aftercare_chassis.database.write_batch import WriteBatch
from aftercare_chassis.ids import Ids, hex_at_time
from aftercare_chassis.lifecycle import PLAIN_HOURS, SYSTEM, Actor, Timing
from aftercare_chassis.observability import tracing
from aftercare_chassis.observability.tracing import TraceContext
from aftercare_chassis.preconditions import IfMatch
from aftercare_chassis.records import replace
from aftercare_chassis.refusals import NotFound, Stale
from aftercare_chassis.settings import S_co

R = TypeVar("R")
A = TypeVar("A", bound="Aggregate")
FEW_ROWS = 4  # rows of one `insert` that are sent with others; more of them have a round trip of their own


class Aggregate(Protocol):
    """A dataclass whose version is the number of its last event."""

    __dataclass_fields__: ClassVar[dict[str, Field[object]]]

    @property
    def version(self) -> int: ...


class Transaction(Reader[S_co]):
    """Reads and writes in one database transaction.

    `cause` is the event that is being handled, if any; else a command may set `caused_by`. `recorded` are the events so far, `callbacks` and `woken`
    what follows the commit. `operation` is the name of a command that is recorded for auditors. `trace` is the trace of events that are recorded outside a span; None: see `tracing.begun`. `timing` decides when deadlines end; `timer_of` is the
    id of the row whose timer acts, if one does.
    """

    def __init__(
        self,
        connection: PoolConnectionProxy,
        *,
        actor: Actor,
        clock: Clock,
        settings: S_co,
        cursors: Cursors,
        ids: Ids,
        source: str,
        trace: TraceContext | None,
        if_match: IfMatch | None = None,
        timing: Timing = PLAIN_HOURS,
        observers: Mapping[str, Observer] | None = None,
        journal: Journal | None = None,
    ) -> None:
        super().__init__(connection, actor=actor, now=clock.now(), settings=settings, cursors=cursors)
        self._clock, self._published = clock, 0
        self.cause: Envelope | None = None
        self.caused_by: Origin | None = None
        self.operation: str | None = None
        self.recorded: list[Envelope] = []
        self.callbacks: list[Callable[[], None]] = []
        self.woken: set[str] = set()
        self.writes = WriteBatch()
        self.timing, self.timer_of, self._observers = timing, "", Observers(observers)
        self._journal = journal
        self._ids, self._source, self._trace, self._if_match = ids, source, trace, if_match

    def new_id(self, prefix: str) -> str:
        """A new id: `prefix`, an underscore and a UUIDv7 in 32 hex digits, which sorts by the time."""
        return f"{prefix}_{self._ids.hex7()}"

    def new_id_of(self, prefix: str, at: datetime, place: int = 0) -> str:
        """A new id that sorts by an earlier time; of several of the same time, by `place`, which is below 4096."""
        return f"{prefix}_{hex_at_time(self._ids.hex7(), int(at.timestamp() * 1000), place)}"

    def __copy__(self) -> "Transaction[S_co]":
        """A transaction with the same attributes; the protocol of `copy` itself takes ten times as long."""
        same = object.__new__(type(self))
        same.__dict__.update(self.__dict__)
        return same

    def as_system(self) -> "Transaction[S_co]":
        """This transaction with the system as its actor, for what follows from the command of a person."""
        system = copy(self)
        system.actor = SYSTEM
        return system

    async def lock(self, rows: Rows[R], *key: object) -> R:
        """The row with this key, locked until the end of the transaction; `now` is the time of the lock from here on.

        Raises:
            NotFound: there is none that the actor may see.
            Stale: the request's If-Match names another version.
        """
        row = await self._one(rows, rows.by_key(self.actor.role, lock=True), rows.keyed(key))
        if row is None:
            raise NotFound(what=rows.name)
        self.now = self._clock.now()  # after that of whoever had the lock: the events of an aggregate are in order
        self.check_condition(getattr(row, "version", None))
        return row

    async def lock_all(self, query: Query[R], **params: object) -> list[R]:
        """The rows of a query that locks them, or takes an advisory lock, until the end of the transaction; `now` as with `lock`."""
        found = await self.all(query, **params)
        self.now = self._clock.now()
        self._observers.read(*found)
        return found

    def backdated(self, at: datetime) -> "Transaction[S_co]":
        """This transaction as of an earlier time, for what is recorded later than it happened; it locks nothing, the journal does not see its events."""
        earlier = copy(self)
        earlier.now, earlier._journal = at, None
        return earlier

    def in_bulk(self) -> None:
        """From here on, until the end, let new rows and events wait, however many: those of one table are one statement, and many of them a COPY."""
        self._publish()
        self.writes.bulk = True

    def begin_unit(self, trace: TraceContext) -> None:
        """Where one transaction does the work of several: let the events from here on belong to this trace; see `WriteBatch.begin_unit`."""
        self._trace = trace
        self.writes.begin_unit()

    @asynccontextmanager
    async def attempt(self) -> AsyncIterator[None]:
        """Undo what the block does where it raises, and nothing that was done before: for one of several parts of a command.

        It takes a savepoint, three round trips in all. Raises: as the block, and as `flush`.
        """
        await self.flush()
        recorded, callbacks, woken = len(self.recorded), len(self.callbacks), set(self.woken)
        undo_writes, undo_reads = self.writes.mark(), self._observers.mark()
        await self.connection.execute("SAVEPOINT attempt")
        try:
            yield
            await self.flush()
        except Exception:
            del self.recorded[recorded:], self.callbacks[callbacks:]  # in place: `as_system` shares them
            self.woken.intersection_update(woken)
            undo_writes()
            undo_reads()
            await self.connection.execute("ROLLBACK TO SAVEPOINT attempt; RELEASE SAVEPOINT attempt")
            raise
        await self.connection.execute("RELEASE SAVEPOINT attempt")

    def check_condition(self, version: int | None = None) -> None:
        """Check an If-Match that no lock has checked against this version; None: what is changed has none. Raises: Stale."""
        if self._if_match is not None and not self._if_match.holds(version):
            raise Stale(current="" if version is None else f"v{version}")
        self._if_match = None

    async def insert(self, rows: Rows[R], *new: R) -> None:
        """Insert rows that are not aggregates."""
        if self.writes.bulk or len(new) <= FEW_ROWS:
            for values in map(rows.insert_args, new):
                self.writes.insert(rows.name, rows.insert.sql, values)
        else:
            await self.flush()
            await self.connection.executemany(rows.insert.sql, [rows.insert_args(row) for row in new])

    async def insert_last(self, rows: Rows[R], row: R) -> None:
        """Insert a row that nothing reads in this transaction; it is sent with the events, and not before a read."""
        self.writes.insert_last(rows.table.name, rows.insert.sql, rows.insert_args(row))

    def execute_last(self, table: str, statement: Statement, **params: object) -> None:
        """As `insert_last`, by an INSERT of any number of rows, such as those that are not there yet."""
        compiled = statement.compiled
        self.writes.insert_last(table, compiled.sql, self._args(compiled, params))

    async def upsert(self, rows: Rows[R], row: R) -> None:
        """Insert the row, or overwrite the one with its key: for copies of other services' facts."""
        self.writes.upsert(rows.table.name, rows.upsert.sql, rows.upsert_args(row))

    async def create(self, rows: Rows[A], row: A, *events: Event) -> A:
        """Insert a new aggregate with its first events; the row with its version, which is the number of the last event."""
        created = await self._record(row, await self._observers.changed(self, rows.name, row, events))
        self.writes.insert(rows.table.name, rows.insert.sql, rows.insert_args(created))
        return created

    async def save(self, rows: Rows[A], row: A, *events: Event) -> A:
        """Save a changed aggregate with the events of the change; the row with its new version.

        `flush` raises Stale where the row no longer has the version that was read.
        """
        saved = await self._record(row, await self._observers.changed(self, rows.name, row, events))
        self.writes.save(rows.table.name, rows.save.sql, rows.save_args(saved, row.version))
        return saved

    def record(self, event: Event) -> None:
        """Record an event that is the only one of its aggregate, which has no row."""
        self.recorded.append(self._envelope(event, 1))
        if self.writes.bulk:
            outbox.add(self.writes, self.recorded[-1:])

    def change(self, table: str, statement: Statement, **params: object) -> None:
        """Let an UPDATE of this table wait, and be sent with other writes; see `WriteBatch.change`."""
        compiled = statement.compiled
        self.writes.change(table, compiled.sql, self._args(compiled, params))

    async def execute(self, statement: Statement, **params: object) -> int:
        """Run an INSERT, UPDATE or DELETE; the number of rows that it affected."""
        compiled = statement.compiled
        await self.flush()
        status = await self.connection.execute(compiled.sql, *self._args(compiled, params))
        return int(status.rpartition(" ")[2])

    def after_commit(self, callback: Callable[[], None]) -> None:
        """Call `callback` after the commit, and not at all where the transaction is rolled back."""
        self.callbacks.append(callback)

    def wake(self, worker: str) -> None:
        """Notify the workers of this name after the commit."""
        self.woken.add(worker)

    async def flush(self) -> None:
        """Send the writes that wait, so that a read sees them.

        Raises:
            Stale: a saved row no longer has the version that was read.
            asyncpg.PostgresError: the database refuses one of the rows.
        """
        if not self.writes:
            return
        try:
            await self.writes.send(self.connection)
        except UniqueViolationError as error:
            # The events of a change are sent with it: what another transaction has changed meanwhile has events of its own.
            if error.constraint_name == outbox.SEQUENCE_KEY:
                raise Stale(current="") from error
            raise

    async def finish(self) -> None:
        """Send what waits and the recorded events; called right before the commit, by whoever commits. Raises: as `flush`."""
        self.writes.add_last()
        self._publish()
        await self.flush()

    def _publish(self) -> None:
        if not self.writes.bulk:
            outbox.add(self.writes, self.recorded[self._published :])
            self._published = len(self.recorded)

    async def _one(self, source: Rows[R] | Query[R], compiled: Compiled, params: Params) -> R | None:
        row = await super()._one(source, compiled, params)
        self._observers.read(row)
        return row

    async def _fetch(self, compiled: Compiled, params: Params) -> list[Record]:
        await self.flush()
        return await super()._fetch(compiled, params)

    async def _fetchrow(self, compiled: Compiled, params: Params) -> Record | None:
        await self.flush()
        return await super()._fetchrow(compiled, params)

    async def _record(self, row: A, events: tuple[Event, ...]) -> A:
        if not events:
            raise ValueError("a change of an aggregate needs at least one event")
        for number, event in enumerate(events, row.version + 1):
            self.recorded.append(self._envelope(event, number))
            if self.writes.bulk:
                outbox.add(self.writes, self.recorded[-1:])
            if self._journal is not None:
                await self._journal(self, event)
        return replace(row, version=row.version + len(events))

    @property
    def trace(self) -> TraceContext:
        """The context of the current work, by which what is done later can refer to it: see `tracing.caused`."""
        trace = tracing.current() or self._trace
        assert trace is not None, "the span in which this transaction began ends after it"
        return trace

    def _envelope(self, event: Event, sequence: int) -> Envelope:
        operation = None if self.actor is SYSTEM else self.operation
        new, cause = NewEvent(event, self._ids.uuid7(), self._source, sequence), self.cause or self.caused_by
        correlation_id = cause.correlation_id if cause else (self._trace or self.trace).trace_id
        return new.envelope(correlation_id, cause, self.trace, operation, self.actor.role)
