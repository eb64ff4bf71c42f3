"""Statements compiled once for the asyncpg dialect, per role where their rows are limited."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, false
from sqlalchemy.dialects.postgresql import asyncpg
from sqlalchemy.sql import Executable
from sqlalchemy.sql.dml import ReturningDelete

from aftercare_chassis.lifecycle import SYSTEM, Actor

Params = Mapping[str, object]
"""The values of a statement's parameters by name; asyncpg checks that PostgreSQL takes them."""
AnySelect = Select[Any]  # Any: whatever the types of its columns are, in which Select is invariant
AnyQuery = AnySelect | ReturningDelete[Any]  # Any: as above
SeenBy = Mapping[str, ColumnElement[str] | None]
"""A role -> the column that must name the actor, or None where the role sees all rows. Other roles see no row."""
_DIALECT = asyncpg.dialect()  # type: ignore[no-untyped-call]
_PARAMETER = object()


class Compiled:
    """The text of a statement, and its parameters in the order of the text."""

    __slots__ = ("_slots", "sql")

    def __init__(self, statement: Executable) -> None:
        compiled = statement.compile(dialect=_DIALECT)  # type: ignore[attr-defined]
        self.sql: str = compiled.string
        literals = compiled.params
        self._slots = tuple(
            (name, _PARAMETER if literals.get(name) is None else literals[name]) for name in compiled.positiontup or ()
        )

    @property
    def names(self) -> list[str]:
        """The names of the parameters, in the order of the text."""
        return [name for name, _ in self._slots]

    def args(self, params: Params) -> list[object]:
        """The values of the parameters, in the order of the text. Raises: KeyError with the name of a missing one."""
        return [params[name] if literal is _PARAMETER else literal for name, literal in self._slots]


def viewer(actor: Actor) -> str:
    """Whose objects this actor sees: those of the tenant that it acts for, else its own."""
    return actor.tenant or actor.id


class PerRole:
    """A statement compiled per role. The predicate that limits its rows is part of the SQL, so no caller can leave it out."""

    def __init__(self, seen_by: SeenBy | None) -> None:
        self._seen_by = seen_by
        self._compiled: dict[object, Compiled] = {}

    def where(self, role: str) -> ColumnElement[bool] | None:
        """The predicate for this role; None where it sees all rows."""
        if self._seen_by is None or role == SYSTEM.role:
            return None
        if role not in self._seen_by:
            return false()
        owner = self._seen_by[role]
        return None if owner is None else owner == bindparam("viewer")

    def shows(self, actor: Actor, row: object) -> bool:
        """Whether the actor sees this row, by the values that the predicate compares."""
        if self._seen_by is None or actor.role == SYSTEM.role:
            return True
        owner = self._seen_by.get(actor.role)
        return actor.role in self._seen_by and (owner is None or getattr(row, str(owner.key)) == viewer(actor))

    def compiled(self, key: object, role: str, make: Callable[[], AnyQuery]) -> Compiled:
        found = self._compiled.get((key, role))
        if found is None:
            found = self._compiled[key, role] = Compiled(make())
        return found

    def limited(self, role: str, statement: AnyQuery) -> AnyQuery:
        """The statement with the predicate for this role."""
        predicate = self.where(role)
        return statement if predicate is None else statement.where(predicate)
