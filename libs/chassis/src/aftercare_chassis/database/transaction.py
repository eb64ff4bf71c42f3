"""What commands and queries are given: one connection, one actor, one instant.

A command locks, decides, saves and records. It never begins or commits: whoever made the transaction does. New rows wait
for the next read or change and then travel together; the recorded events are written with the last of them, just before
the commit. A change of an aggregate is numbered by its events:
`insert` and `save` take at least one, so that sequences run 1..n without a gap and no change goes untold.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Generic, TypeVar

from aftercare_events import Envelope, Event
from asyncpg.pool import PoolConnectionProxy

from aftercare_chassis.database import outbox
from aftercare_chassis.database.cursors import Cursors
from aftercare_chassis.database.mapping import Compiled, Listing, Page, Query, Rows, Statement, viewer
from aftercare_chassis.database.write_batch import WriteBatch
from aftercare_chassis.ids import Ids
from aftercare_chassis.lifecycle import Actor
from aftercare_chassis.observability import tracing
from aftercare_chassis.observability.tracing import TraceContext
from aftercare_chassis.preconditions import IfMatch
from aftercare_chassis.refusals import NotFound, Stale
from aftercare_chassis.settings import S_co

R = TypeVar("R")
FEW = 4  # rows of one `add` that travel with others; more of them have a round trip of their own


class Reader(Generic[S_co]):
    """Reads as one actor at one instant. `settings` are the service's own; `headers` go with the answer."""

    def __init__(
        self, connection: PoolConnectionProxy, *, actor: Actor, now: datetime, settings: S_co, cursors: Cursors
    ) -> None:
        self.connection, self.actor, self.now, self.settings = connection, actor, now, settings
        self.headers: dict[str, str] = {}
        self._cursors = cursors

    async def get(self, rows: Rows[R], *key: Any) -> R:
        """The row that this actor may see, else NotFound."""
        row = await self.find(rows, *key)
        if row is None:
            raise NotFound(what=rows.name)
        return row

    async def find(self, rows: Rows[R], *key: Any) -> R | None:
        """The row that this actor may see, or None."""
        return await self._one(rows, rows.by_key(self.actor.role, lock=False), _keyed(rows, key))

    async def one(self, query: Query[R], **params: Any) -> R | None:
        """The first row of the query, or None."""
        return await self._one(query, query.for_role(self.actor.role), params)

    async def all(self, query: Query[R], **params: Any) -> list[R]:
        """Every row of the query."""
        return [query.build(record) for record in await self._fetch(query.for_role(self.actor.role), params)]

    async def page(self, listing: Listing[R], *, limit: int, cursor: str | None, **filters: Any) -> Page[R]:
        """One page, newest first; filters that are None are left out. A cursor of another list or filter is refused."""
        used = {name: filters[name] for name in listing.filters if filters.get(name) is not None}
        sealed = {"viewer": f"{self.actor.role}:{viewer(self.actor)}", **used}
        after = self._cursors.open(listing.name, sealed, cursor) if cursor else None
        compiled = listing.statement(self.actor.role, tuple(used), after=after is not None)
        read = await self._fetch(compiled, {**used, "after": after, "rows": limit + 1})
        found = [listing.build(record) for record in read]
        more, data = len(found) > limit, found[:limit]
        last = getattr(data[-1], listing.order) if more else None
        return Page(data, more, self._cursors.seal(listing.name, sealed, last) if last else None)

    async def _one(self, source: Rows[R] | Query[R], compiled: Compiled, params: Mapping[str, Any]) -> R | None:
        record = await self._fetchrow(compiled, params)
        return None if record is None else source.build(record)

    async def _fetch(self, compiled: Compiled, params: Mapping[str, Any]) -> list[Any]:
        return await self.connection.fetch(compiled.sql, *self._args(compiled, params))

    async def _fetchrow(self, compiled: Compiled, params: Mapping[str, Any]) -> Any:
        return await self.connection.fetchrow(compiled.sql, *self._args(compiled, params))

    def _args(self, compiled: Compiled, params: Mapping[str, Any]) -> list[Any]:
        return compiled.args({"viewer": viewer(self.actor), **params})


@dataclass(frozen=True, slots=True)
class Origin:
    """The event from which work follows that was put off: what is told then names it as its cause."""

    id: str
    correlation_id: str


class Transaction(Reader[S_co]):
    """A unit of work. `cause` is the event being handled, where there is one; else a command may say `caused_by`. `trace` is
    the one that it belongs to where no span is open when it records an event."""

    def __init__(
        self,
        connection: PoolConnectionProxy,
        *,
        actor: Actor,
        now: datetime,
        settings: S_co,
        cursors: Cursors,
        ids: Ids,
        source: str,
        trace: TraceContext,
        if_match: IfMatch | None = None,
    ) -> None:
        super().__init__(connection, actor=actor, now=now, settings=settings, cursors=cursors)
        self.cause: Envelope | None = None
        self.caused_by: Origin | None = None
        self.recorded: list[Envelope] = []
        self.callbacks: list[Callable[[], None]] = []
        self.woken: set[str] = set()
        self.writes = WriteBatch()
        self._ids, self._source, self._trace, self._if_match = ids, source, trace, if_match

    def new_id(self, prefix: str) -> str:
        """`prefix` and a UUIDv7 in 32 hex digits: unique, sortable by time, recognisable."""
        return f"{prefix}_{self._ids.uuid7().hex}"

    async def lock(self, rows: Rows[R], *key: Any) -> R:
        """The row, held until the end of this transaction; NotFound; Stale where the request's If-Match names another."""
        row = await self._one(rows, rows.by_key(self.actor.role, lock=True), _keyed(rows, key))
        if row is None:
            raise NotFound(what=rows.name)
        if self._if_match is not None:
            self._meets(self._if_match, getattr(row, "version", None))
        return row

    def check_condition(self) -> None:
        """Stale where the request's If-Match names versions of something that has none: no lock has compared them."""
        if self._if_match is not None:
            self._meets(self._if_match, None)

    def _meets(self, condition: IfMatch, version: int | None) -> None:
        if not condition.holds(version):
            raise Stale(current="" if version is None else f"v{version}")
        self._if_match = None

    async def insert(self, rows: Rows[R], *new: R) -> None:
        """Insert plain rows (those that are no aggregates)."""
        if len(new) <= FEW:
            for row in new:
                self.writes.later(rows.insert.sql, rows.insert_args(row))
        else:
            await self.flush()
            await self.connection.executemany(rows.insert.sql, [rows.insert_args(row) for row in new])

    async def upsert(self, rows: Rows[R], row: R) -> None:
        """Insert the row or overwrite the one with its key: for copies of other services' facts."""
        self.writes.upsert(rows.upsert.sql, rows.upsert_args(row))

    async def create(self, rows: Rows[R], row: R, *events: Event) -> R:
        """A new aggregate, told by its first events; the answer carries its version."""
        created = self._record(row, events)
        self.writes.later(rows.insert.sql, rows.insert_args(created))
        return created

    async def save(self, rows: Rows[R], row: R, *events: Event) -> R:
        """Write the changed row if it still has the version that was read, told by its events; else Stale."""
        await self.flush()
        saved = self._record(row, events)
        seen: int = row.version  # type: ignore[attr-defined]
        if await self.connection.execute(rows.save.sql, *rows.save_args(saved, seen)) != "UPDATE 1":
            raise Stale(current="")
        return saved

    async def execute(self, statement: Statement, **params: Any) -> int:
        """Run an INSERT, UPDATE or DELETE; the number of rows it touched."""
        compiled = statement.compiled
        await self.flush()
        done = await self.connection.execute(compiled.sql, *self._args(compiled, params))
        return int(done.rpartition(" ")[2])

    def after_commit(self, callback: Callable[[], None]) -> None:
        """Call `callback` once the change is durable; never when it is not."""
        self.callbacks.append(callback)

    def wake(self, worker: str) -> None:
        """Let a worker of this process look for work once the change is durable; elsewhere its own polling finds it."""
        self.woken.add(worker)

    async def flush(self) -> None:
        """Send the inserts that wait: a read or a change comes behind them."""
        if self.writes:
            await self.writes.send(self.connection)

    async def finish(self) -> None:
        """Send the inserts that wait and the recorded events; the transaction's maker calls this right before the commit."""
        if self.recorded:
            self.writes.later(*outbox.insert(self.recorded))
        await self.flush()

    async def _fetch(self, compiled: Compiled, params: Mapping[str, Any]) -> list[Any]:
        await self.flush()
        return await super()._fetch(compiled, params)

    async def _fetchrow(self, compiled: Compiled, params: Mapping[str, Any]) -> Any:
        await self.flush()
        return await super()._fetchrow(compiled, params)

    def _record(self, row: R, events: tuple[Event, ...]) -> R:
        aggregate: Any = row
        if not events:
            raise ValueError("a change of an aggregate is told by at least one event")
        for number, event in enumerate(events, aggregate.version + 1):
            self.recorded.append(self._envelope(event, number))
        numbered: R = replace(aggregate, version=aggregate.version + len(events))
        return numbered

    def _envelope(self, event: Event, sequence: int) -> Envelope:
        cause = self.cause or self.caused_by
        trace = tracing.current() or self._trace
        return Envelope.of(
            event,
            id=self._ids.uuid7(),
            source=self._source,
            sequence=sequence,
            correlation_id=cause.correlation_id if cause else self._trace.trace_id,
            causation_id=str(cause.id) if cause else None,
            traceparent=trace.traceparent,
            tracestate=trace.tracestate,
        )


def _keyed(rows: Rows[Any], key: tuple[Any, ...]) -> dict[str, Any]:
    return {f"key_{name}": value for name, value in zip(rows.key, key, strict=True)}
