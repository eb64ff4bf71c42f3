"""An INSERT or UPDATE of one row as a statement for many: its parameters become columns of `unnest`.

The texts are those that SQLAlchemy compiles for asyncpg, in which each parameter has its type: `$1::VARCHAR`. Arrays and JSON are texts in
their columns: `unnest` takes arrays of arrays apart, and the driver takes a list for an array.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

from pydantic_core import to_json

_TYPES = "VARCHAR|TEXT|INTEGER|BIGINT|SMALLINT|BOOLEAN|FLOAT|JSONB|UUID|BYTEA|DATE|TIMESTAMP WITH TIME ZONE"
_TYPED = re.compile(rf"\$(\d+)::((?:{_TYPES})(?:\[\])?)")
_PARAMETER = re.compile(r"\$\d+")
_VALUES = re.compile(r"\sVALUES \((.*)\)\s*$", re.DOTALL)
_QUOTED = str.maketrans({"\\": "\\\\", '"': '\\"'})


@lru_cache(maxsize=1024)
def set_based(sql: str) -> str | None:
    """The statement for many rows; None where it has another form than those that are known here."""
    types = _types(sql)
    if types is None:
        return None
    columns = ", ".join(f"${number}::{'TEXT' if type_ in _AS_TEXT else type_}[]" for number, type_ in types.items())
    source = f"unnest({columns}) AS many ({', '.join(f'p{number}' for number in types)})"
    values = _VALUES.search(sql)
    if sql.startswith("INSERT") and values is not None:
        return f"{sql[: values.start()]} SELECT {_named(values[1])} FROM {source}"  # noqa: S608 - of a statement of ours
    head, where, condition = sql.partition(" WHERE ")
    if not sql.startswith("UPDATE") or not where:
        return None
    word = "," if " FROM " in head else " FROM"
    return f"{_named(head)}{word} {source} WHERE {_named(condition)}"


def columns_of(writes: Sequence[str], rows: Sequence[Sequence[object]]) -> list[list[object]]:
    """The parameters of these writes as columns, from those of each row."""
    types = [type_ for sql in writes for type_ in (_types(sql) or {}).values()]
    columns = zip(types, zip(*rows, strict=True), strict=True)
    return [[*map(_AS_TEXT[type_], column)] if type_ in _AS_TEXT else [*column] for type_, column in columns]


@lru_cache(maxsize=1024)
def _types(sql: str) -> dict[int, str] | None:
    """The type of each parameter, by its number; None where one has no known type."""
    found = _TYPED.findall(sql)
    if not found or len(found) != len(_PARAMETER.findall(sql)):
        return None
    return dict(sorted((int(number), type_) for number, type_ in found))


def _named(part: str) -> str:
    return _TYPED.sub(lambda found: f"many.p{found[1]}" + (f"::{found[2]}" if found[2] in _AS_TEXT else ""), part)


def _array(value: object) -> str | None:
    """An array of texts as PostgreSQL writes it."""
    if value is None:
        return None
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise TypeError("only arrays of texts are written set-based")
    return "{" + ",".join(f'"{each.translate(_QUOTED)}"' for each in value) + "}"


def _document(value: object) -> str | None:
    return None if value is None else to_json(value).decode()


_AS_TEXT: Mapping[str, Callable[[object], str | None]] = {
    "TEXT[]": _array,
    "VARCHAR[]": _array,
    "JSONB": _document,
}
