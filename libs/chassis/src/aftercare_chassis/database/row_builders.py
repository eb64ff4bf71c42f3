"""Functions between database records and frozen dataclasses, made once per class."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from enum import Enum
from functools import cache
from operator import attrgetter
from types import UnionType
from typing import TypeVar, Union, get_args, get_origin, get_type_hints

from asyncpg import Record

from aftercare_chassis.database.revisions import NewerRow
from aftercare_chassis.records import make

R = TypeVar("R")
Columns = Record | Mapping[str, object]
"""The values of a row's columns by name."""


def values_getter(names: Sequence[str]) -> Callable[[object], Sequence[object]]:
    """A function from a row to its values for these parameters; the parameter of a key is named `key_…`."""
    attributes = [name.removeprefix("key_") for name in names]
    if len(attributes) > 1:
        return attrgetter(*attributes)
    return lambda row: [getattr(row, attribute) for attribute in attributes]  # attrgetter returns no tuple for one name


def row_builder(cls: type[R]) -> Callable[[Columns], R]:
    """A function from a database record to `cls`; a text becomes the enum that the field is annotated with.

    The function raises NewerRow for a text that the enum does not have: the CHECKs permit only codes of the newest build.
    """
    enums = _enums_of(cls)  # type: ignore[arg-type] # mypy takes no type[R] for hashable
    if not enums:
        return lambda record: make(cls, dict(record))
    members = [(name, {member.value: member for member in enum}) for name, enum in enums]

    def build(record: Columns) -> R:
        values = dict(record)
        for name, by_value in members:
            if (value := values[name]) is not None:
                try:
                    values[name] = by_value[value]
                except KeyError:
                    raise NewerRow(f"{cls.__name__}.{name} is {value!r}") from None
        return make(cls, values)

    return build


@cache
def _enums_of(cls: type[object]) -> list[tuple[str, type[Enum]]]:
    """The fields that hold an enum: a class has several builders."""
    hints = get_type_hints(cls)
    return [(f.name, enum) for f in fields(cls) if (enum := _enum_of(hints[f.name]))]  # type: ignore[arg-type]


def _enum_of(hint: object) -> type[Enum] | None:
    """The enum of an annotation `State` or `State | None`."""
    candidates = get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)
    return next((c for c in candidates if isinstance(c, type) and issubclass(c, Enum)), None)
