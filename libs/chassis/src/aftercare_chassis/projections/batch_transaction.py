"""A transaction for replays: what handlers write is gathered and sent together, which is many times faster.

Two assumptions make that possible, and both are checked. A single statement is taken to touch one row; where it did not,
`write` raises RowCountMismatch and the chunk is done again, event by event. And events of different aggregates may be written
in any order among each other, as everywhere: those of one aggregate keep theirs.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NoReturn, TypeVar

from aftercare_events import Event
from sqlalchemy.sql import Executable
from sqlalchemy.sql.util import find_tables

from aftercare_chassis.database.mapping import Page, Query, Rows, Statement
from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.refusals import NotFound

R = TypeVar("R")
REMEMBERED = 200_000
Write = tuple[str, bool]
"""The text of a statement, and whether it tells which of its calls touched a row."""


class RowCountMismatch(Exception):
    """A statement touched none or several rows: its chunk has to be done event by event."""


class BatchTransaction(Transaction):
    """What the handlers of a projection are given. `order`: its tables, those that others refer to first."""

    order: Sequence[str] = ()

    def begin(self, order: Sequence[str]) -> None:
        """Start with nothing gathered and nothing remembered."""
        self.order = order
        self._waiting: dict[str, list[dict[Write, list[Sequence[Any]]]]] = {}
        self._stand: dict[tuple[str, str], tuple[int, Write]] = {}
        self._kept: dict[str, dict[tuple[Any, ...], tuple[Rows[Any], Any]]] = {}
        self._known: dict[Statement, tuple[str, str] | None] = {}

    async def upsert(self, rows: Rows[R], row: R) -> None:
        await self._gather(rows, rows.upsert.sql, rows.upsert_args(row), row)

    async def insert(self, rows: Rows[R], *new: R) -> None:
        for row in new:
            await self._gather(rows, rows.insert.sql, rows.insert_args(row), row)

    async def execute(self, statement: Statement, **params: Any) -> int:
        if statement not in self._known:
            self._known[statement] = _counting(statement)
        found = self._known[statement]
        if found is None:
            await self.write()
            self._kept.clear()
            return await super().execute(statement, **params)
        table, sql = found
        self._kept.pop(table, None)
        self._later(table, (sql, True), self._args(statement.compiled, params))
        return 1

    async def find(self, rows: Rows[R], *key: Any) -> R | None:
        kept = self._kept.get(rows.table.name, {}).get(key)
        if kept is not None and kept[0] is rows:
            found: R = kept[1]
            return found
        await self.write()
        read = await super().find(rows, *key)
        if read is not None:
            self._keep(rows, key, read)
        return read

    async def lock(self, rows: Rows[R], *key: Any) -> R:
        row = await self.find(rows, *key)  # nobody else writes here
        if row is None:
            raise NotFound(what=rows.name)
        return row

    async def one(self, query: Query[R], **params: Any) -> R | None:
        await self.write()
        return await super().one(query, **params)

    async def all(self, query: Query[R], **params: Any) -> list[R]:
        await self.write()
        return await super().all(query, **params)

    async def page(self, *_: Any, **__: Any) -> Page[Any]:
        raise TypeError("a projection reads rows, not pages")

    async def create(self, rows: Rows[R], row: R, *_: Event) -> R:
        return _no_events(rows.name)

    async def save(self, rows: Rows[R], row: R, *_: Event) -> R:
        return _no_events(rows.name)

    async def write(self) -> None:
        """Send what was gathered; RowCountMismatch, or whatever the database has against it."""
        waiting, self._waiting, self._stand = self._waiting, {}, {}
        for table in sorted(waiting, key=self._place):
            for level in waiting[table]:
                for (sql, counts), calls in level.items():
                    if counts:
                        await self._counted(sql, calls)
                    else:
                        await self.connection.executemany(sql, calls)

    def forget(self) -> None:
        """Nothing that was gathered or remembered counts any more."""
        self.begin(self.order)

    async def _counted(self, sql: str, calls: Sequence[Sequence[Any]]) -> None:
        numbered = [(*call, place) for place, call in enumerate(calls)]
        touched = await self.connection.fetchmany(sql, numbered)
        if [row[0] for row in touched] != list(range(len(calls))):
            raise RowCountMismatch

    async def _gather(self, rows: Rows[R], sql: str, args: Sequence[Any], row: R) -> None:
        self._keep(rows, tuple(getattr(row, name) for name in rows.key), row)
        self._later(rows.table.name, (sql, False), args)

    def _keep(self, rows: Rows[R], key: tuple[Any, ...], row: R) -> None:
        kept = self._kept.setdefault(rows.table.name, {})
        if len(kept) >= REMEMBERED:
            kept.clear()
        kept[key] = (rows, row)

    def _later(self, table: str, write: Write, args: Sequence[Any]) -> None:
        """Behind all that this aggregate has written to the table, and together with as many alike as possible."""
        subject = self.cause.subject if self.cause else ""
        level, last = self._stand.get((table, subject), (0, write))
        level += last != write
        self._stand[table, subject] = (level, write)
        levels = self._waiting.setdefault(table, [])
        if level == len(levels):
            levels.append({})
        levels[level].setdefault(write, []).append(args)

    def _place(self, table: str) -> int:
        return self.order.index(table) if table in self.order else len(self.order)


def _counting(statement: Statement) -> tuple[str, str] | None:
    """The one table that it names, and its text so that it tells which calls touched a row; None where it is not simple."""
    tables = _tables(statement.statement)
    if len(tables) != 1 or "RETURNING" in statement.compiled.sql:
        return None
    return tables.pop(), f"{statement.compiled.sql} RETURNING ${len(statement.compiled.names) + 1}::int"


def _tables(statement: Executable) -> set[str]:
    every: Mapping[str, bool] = dict.fromkeys(("check_columns", "include_aliases", "include_joins"), True)
    found: Iterable[Any] = find_tables(statement, include_selects=True, include_crud=True, **every)  # type: ignore[arg-type]
    return {table.name for table in found}


def _no_events(name: str) -> NoReturn:
    raise TypeError(f"a projection tells nothing: {name} is not changed with events in a replay")
