"""A transaction for replays that collects what handlers write and sends it together, which is many times faster.

Two assumptions make that possible. A single statement changes exactly one row: where it does not, `send` raises
RowCountMismatch and the chunk is repeated event by event. And events of different aggregates may be written in any order,
as everywhere; those of one aggregate keep theirs.

Gained: an event of a projection with one upsert costs 12 µs of PostgreSQL's CPU instead of the consumer's 23 (docs/benchmarks.md). To be
removed when handlers of projections are set-based statements themselves.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NoReturn, TypeVar

from aftercare_events import Event
from sqlalchemy.sql import Executable
from sqlalchemy.sql.util import find_tables

from aftercare_chassis.database.joint import Joint
from aftercare_chassis.database.mapping import Query, Rows, Statement
from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.refusals import NotFound

R = TypeVar("R")
CACHED_ROWS = 50_000
"""How many rows of a table are cached at most."""
Write = tuple[str, bool]
"""The SQL of a statement, and whether it returns which of its calls changed a row."""


class RowCountMismatch(Exception):
    """A statement changed none or several rows: its chunk has to be handled event by event."""


class BatchTransaction(Transaction):
    """What the handlers of a projection get in a replay. `order`: its tables, those that others refer to first."""

    order: Sequence[str] = ()

    def begin(self, order: Sequence[str]) -> None:
        """Start with nothing collected and nothing cached."""
        self.order = order
        # Per table a list of levels; the writes of one level may be sent in any order.
        self._pending: dict[str, list[dict[Write, list[Sequence[object]]]]] = {}
        self._last: dict[tuple[str, str], tuple[int, Write]] = {}
        # Per table and key a row and the Rows that built it.
        self._cache: dict[str, dict[tuple[object, ...], tuple[object, Any]]] = {}  # Any: the class differs per Rows
        self._returning: dict[Statement, tuple[str, str] | None] = {}

    async def upsert(self, rows: Rows[R], row: R) -> None:
        self._collect_row(rows, rows.upsert.sql, rows.upsert_args(row), row)

    async def insert(self, rows: Rows[R], *new: R) -> None:
        for row in new:
            self._collect_row(rows, rows.insert.sql, rows.insert_args(row), row)

    async def execute(self, statement: Statement, **params: object) -> int:
        if statement not in self._returning:
            self._returning[statement] = _with_returning(statement)
        found = self._returning[statement]
        if found is None:
            await self.send()
            self._cache.clear()
            return await super().execute(statement, **params)
        table, sql = found
        self._cache.pop(table, None)
        self._collect(table, (sql, True), self._args(statement.compiled, params))
        return 1

    async def find(self, rows: Rows[R], *key: object) -> R | None:
        cached = self._cache.get(rows.table.name, {}).get(key)
        if cached is not None and cached[0] is rows:
            row: R = cached[1]
            return row
        await self.send()
        found = await super().find(rows, *key)
        if found is not None:
            self._remember(rows, key, found)
        return found

    async def lock(self, rows: Rows[R], *key: object) -> R:
        row = await self.find(rows, *key)  # nobody else writes these tables, so no lock is needed
        if row is None:
            raise NotFound(what=rows.name)
        return row

    async def one(self, query: Query[R], **params: object) -> R | None:
        await self.send()
        return await super().one(query, **params)

    async def all(self, query: Query[R] | Joint[R], **params: object) -> list[R]:
        await self.send()
        return await super().all(query, **params)

    async def page(self, *_: object, **__: object) -> NoReturn:
        raise TypeError("a projection reads rows, not pages")

    async def create(self, rows: Rows[R], row: R, *_: Event) -> R:
        return _refuse_events(rows.name)

    async def save(self, rows: Rows[R], row: R, *_: Event) -> R:
        return _refuse_events(rows.name)

    async def send(self) -> None:
        """Send what was collected.

        Raises:
            RowCountMismatch: A statement changed none or several rows.
            Exception: Whatever the database raises.
        """
        pending, self._pending, self._last = self._pending, {}, {}
        for table in sorted(pending, key=self._place):
            for level in pending[table]:
                for (sql, returning), calls in level.items():
                    if returning:
                        await self._send_counted(sql, calls)
                    else:
                        await self.connection.executemany(sql, calls)

    def reset(self) -> None:
        """Discard what was collected and cached."""
        self.begin(self.order)

    async def _send_counted(self, sql: str, calls: Sequence[Sequence[object]]) -> None:
        numbered = [(*call, number) for number, call in enumerate(calls)]
        changed = await self.connection.fetchmany(sql, numbered)
        if [row[0] for row in changed] != list(range(len(calls))):
            raise RowCountMismatch

    def _collect_row(self, rows: Rows[R], sql: str, args: Sequence[object], row: R) -> None:
        self._remember(rows, tuple(getattr(row, name) for name in rows.key), row)
        self._collect(rows.table.name, (sql, False), args)

    def _remember(self, rows: Rows[R], key: tuple[object, ...], row: R) -> None:
        cached = self._cache.setdefault(rows.table.name, {})
        if len(cached) >= CACHED_ROWS:
            cached.clear()
        cached[key] = (rows, row)

    def _collect(self, table: str, write: Write, args: Sequence[object]) -> None:
        """Add a write behind all that this aggregate has written to the table, together with as many alike as possible."""
        aggregate = self.cause.subject if self.cause else ""
        level, last = self._last.get((table, aggregate), (0, write))
        level += last != write
        self._last[table, aggregate] = (level, write)
        levels = self._pending.setdefault(table, [])
        if level == len(levels):
            levels.append({})
        levels[level].setdefault(write, []).append(args)

    def _place(self, table: str) -> int:
        return self.order.index(table) if table in self.order else len(self.order)


def _with_returning(statement: Statement) -> tuple[str, str] | None:
    """Return the statement's table, and its SQL with a RETURNING of the call's number; None where it is not that simple."""
    tables = _tables(statement.statement)
    if len(tables) != 1 or "RETURNING" in statement.compiled.sql:
        return None
    return tables.pop(), f"{statement.compiled.sql} RETURNING ${len(statement.compiled.names) + 1}::int"


def _tables(statement: Executable) -> set[str]:
    every: Mapping[str, bool] = dict.fromkeys(("check_columns", "include_aliases", "include_joins"), True)
    found = find_tables(statement, include_selects=True, include_crud=True, **every)  # type: ignore[arg-type]
    return {table.name for table in found}


def _refuse_events(name: str) -> NoReturn:
    raise TypeError(f"a projection records no events: {name} is not changed with events in a replay")
