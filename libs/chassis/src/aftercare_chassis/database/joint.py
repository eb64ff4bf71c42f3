"""Several SELECTs as one statement."""

from collections.abc import Callable
from typing import Any, Generic, TypeVar, cast

from sqlalchemy import func, select, tuple_

from aftercare_chassis.database.compiled import AnySelect, Compiled, PerRole
from aftercare_chassis.database.mapping import Query
from aftercare_chassis.database.row_builders import Columns

R = TypeVar("R")


class Joint(PerRole, Generic[R]):
    """Several SELECTs as one, because a round trip costs more than a few rows. It returns one `cls`, with the rows of each query
    as the field of that name."""

    def __init__(self, cls: type[R], **queries: Query[Any]) -> None:  # Any: each field has rows of its own type
        super().__init__(None)
        self._cls, self._queries = cls, queries
        self._selects = {name: cast(AnySelect, query.statement) for name, query in queries.items()}
        self._columns = {name: each.selected_columns.keys() for name, each in self._selects.items()}

    def for_role(self, role: str) -> Compiled:
        """A SELECT of one array per query, each with what limits its rows for this role."""
        return self.compiled(None, role, lambda: self._of_arrays(role))

    def build(self, record: Columns) -> R:
        """The `cls` of the only row."""
        return self._cls(**{name: self._rows(name, record[name]) for name in self._queries})

    def _of_arrays(self, role: str) -> AnySelect:
        arrays = []
        for name, chosen in self._selects.items():
            rows = chosen.with_only_columns(tuple_(*chosen.selected_columns))
            limited = cast(AnySelect, self._queries[name].limited(role, rows))
            arrays.append(func.array(limited.scalar_subquery()).label(name))
        return select(*arrays)

    def _rows(self, name: str, found: Any) -> list[object]:  # Any: an array of records
        build = cast(Callable[[Columns], object], self._queries[name].build)
        return [build(dict(zip(self._columns[name], row, strict=True))) for row in found]
