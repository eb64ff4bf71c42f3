"""Statements are SQLAlchemy Core, compiled once for the asyncpg dialect; rows are frozen dataclasses.

A statement is compiled on its first use and kept as text with the order of its parameters, so that a call costs a
dictionary look-up and the driver's own work. Nothing is loaded lazily and nothing is flushed behind one's back.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from enum import Enum
from operator import attrgetter
from types import UnionType
from typing import Any, Generic, TypeVar, Union, get_args, get_origin, get_type_hints

from sqlalchemy import Column, ColumnElement, Select, Table, bindparam, false, insert, select, update
from sqlalchemy.dialects.postgresql import asyncpg
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.sql import Executable

from aftercare_chassis.database.revisions import NewerRow
from aftercare_chassis.lifecycle import Actor

R = TypeVar("R")
SeenBy = Mapping[str, "Column[Any] | None"]
_DIALECT = asyncpg.dialect()  # type: ignore[no-untyped-call]
_GIVEN = object()


class Compiled:
    """The text of a statement and the order in which it wants its parameters."""

    __slots__ = ("_slots", "sql")

    def __init__(self, statement: Executable) -> None:
        compiled = statement.compile(dialect=_DIALECT)  # type: ignore[attr-defined]
        self.sql: str = compiled.string
        literals = compiled.params
        self._slots = tuple(
            (name, _GIVEN if literals.get(name) is None else literals[name]) for name in compiled.positiontup or ()
        )

    @property
    def names(self) -> list[str]:
        """The names of the parameters in the statement's order."""
        return [name for name, _ in self._slots]

    def args(self, params: Mapping[str, Any]) -> list[Any]:
        """The parameters in the statement's order; KeyError names one that is missing."""
        return [params[name] if literal is _GIVEN else literal for name, literal in self._slots]


def _taker(names: Sequence[str]) -> Callable[[Any], Sequence[Any]]:
    """A function from a row to its values for these parameters; a key's parameter is named `key_…`."""
    fields = [name.removeprefix("key_") for name in names]
    return attrgetter(*fields) if len(fields) > 1 else lambda row: [getattr(row, field) for field in fields]


def _enum_of(hint: Any) -> type[Enum] | None:
    """The enum behind `State` or `State | None`."""
    candidates = get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)
    return next((c for c in candidates if isinstance(c, type) and issubclass(c, Enum)), None)


def _builder(cls: type[R]) -> Callable[[Any], R]:
    """A function from a database record to `cls`; columns of text become the enum that the field names.

    Raises: NewerRow for a text that the enum does not have. The CHECKs let only codes in that the newest build knows.
    """
    hints = get_type_hints(cls)
    enums = [(f.name, enum) for f in fields(cls) if (enum := _enum_of(hints[f.name]))]  # type: ignore[arg-type]
    if not enums:
        return lambda record: cls(**record)

    def build(record: Any) -> R:
        values = dict(record)
        for name, enum in enums:
            if values[name] is not None:
                try:
                    values[name] = enum(values[name])
                except ValueError:
                    raise NewerRow(f"{cls.__name__}.{name} is {values[name]!r}") from None
        return cls(**values)

    return build


def viewer(actor: Actor) -> str:
    """Whose objects this actor sees: those of the tenant that it acts for, else its own."""
    return actor.tenant or actor.id


class _Visible:
    """A statement per role: the owner predicate is part of the SQL, so that no caller can forget it."""

    def __init__(self, seen_by: SeenBy | None) -> None:
        self._seen_by = seen_by
        self._compiled: dict[object, Compiled] = {}

    def where(self, role: str) -> ColumnElement[bool] | None:
        """The predicate for this role; None where it sees everything."""
        if self._seen_by is None or role == "system":
            return None
        if role not in self._seen_by:
            return false()
        owner = self._seen_by[role]
        return None if owner is None else owner == bindparam("viewer")

    def compiled(self, key: object, role: str, make: Callable[[], Select[Any]]) -> Compiled:
        found = self._compiled.get((key, role))
        if found is None:
            predicate = self.where(role)
            statement = make() if predicate is None else make().where(predicate)
            found = self._compiled[key, role] = Compiled(statement)
        return found


class Rows(_Visible, Generic[R]):
    """One table's rows as `cls`: the statements to get, lock, insert, save and upsert one.

    `seen_by` maps a role to the column that must name the actor (None: sees all). A role that is not in it sees nothing.
    """

    def __init__(self, table: Table, cls: type[R], seen_by: SeenBy | None = None) -> None:
        super().__init__(seen_by)
        self.table, self.name, self.build = table, table.name, _builder(cls)
        self.columns = [table.c[f.name] for f in fields(cls)]  # type: ignore[arg-type]
        self.key = [column.name for column in table.primary_key]
        values: dict[str, Any] = {column.name: bindparam(column.name) for column in self.columns}
        changed = {name: value for name, value in values.items() if name not in self.key}
        self.insert = Compiled(insert(table).values(values))
        self.insert_args = _taker(self.insert.names)
        added = upsert(table).values(values)
        self.upsert = Compiled(
            added.on_conflict_do_update(index_elements=self.key, set_={name: added.excluded[name] for name in changed})
            if changed
            else added.on_conflict_do_nothing()
        )
        self.upsert_args = _taker(self.upsert.names)
        if "version" in changed:
            self.save = Compiled(
                update(table)
                .where(*(table.c[k] == bindparam(f"key_{k}") for k in self.key), table.c.version == bindparam("seen"))
                .values(changed)
            )
            self._saved_args = _taker(self.save.names[:-1])

    def save_args(self, row: R, seen: int) -> list[Any]:
        """What `save` wants: the row as it is to be, and the version that was read."""
        return [*self._saved_args(row), seen]

    def by_key(self, role: str, *, lock: bool) -> Compiled:
        """SELECT one row by its key, locked when asked."""
        return self.compiled(lock, role, lambda: self._by_key().with_for_update() if lock else self._by_key())

    def _by_key(self) -> Select[Any]:
        return select(*self.columns).where(*(self.table.c[k] == bindparam(f"key_{k}") for k in self.key))


class Query(_Visible, Generic[R]):
    """Any SELECT with bind parameters, answering `cls` (or plain records where `cls` is None)."""

    def __init__(self, statement: Select[Any], cls: type[R] | None = None, seen_by: SeenBy | None = None) -> None:
        super().__init__(seen_by)
        self._statement = statement
        self.build: Callable[[Any], Any] = _builder(cls) if cls else lambda record: record

    def for_role(self, role: str) -> Compiled:
        return self.compiled(None, role, lambda: self._statement)


class Statement:
    """An INSERT, UPDATE or DELETE with bind parameters."""

    def __init__(self, statement: Executable) -> None:
        self.statement, self.compiled = statement, Compiled(statement)


class Listing(_Visible, Generic[R]):
    """A list in keyset pages, newest first: `order` is a unique column that grows with time (our ids do).

    `filters` are columns that a caller may fix to one value each.
    """

    def __init__(
        self, table: Table, cls: type[R], *, filters: Sequence[str], seen_by: SeenBy, order: str = "id"
    ) -> None:
        super().__init__(seen_by)
        self.table, self.name, self.filters, self.order = table, table.name, tuple(filters), order
        self.build = _builder(cls)
        self._columns = [table.c[f.name] for f in fields(cls)]  # type: ignore[arg-type]

    def statement(self, role: str, used: tuple[str, ...], *, after: bool) -> Compiled:
        """The SELECT for these filters, starting behind `after` where there is a cursor."""

        def make() -> Select[Any]:
            chosen = select(*self._columns).where(*(self.table.c[name] == bindparam(name) for name in used))
            column = self.table.c[self.order]
            if after:
                chosen = chosen.where(column < bindparam("after"))
            return chosen.order_by(column.desc()).limit(bindparam("rows"))

        return self.compiled((used, after), role, make)


@dataclass(frozen=True, slots=True)
class Page(Generic[R]):
    """One page of a list and where the next one starts."""

    data: list[R]
    has_more: bool
    next_cursor: str | None
