"""Rows as frozen dataclasses, made and changed without a call per field.

The `__init__` of a frozen dataclass sets each field by a call of its own. Of a row with 59 fields, `dataclasses.replace` took 23 µs,
several times in each command; where the class has no slots, its fields are one dictionary, and a copy takes 3 µs. So rows with many
fields have no slots. The functions do the same for every other dataclass, by its `__init__`. From Python 3.13 on the `__replace__`
of the class could do it.
"""

import dataclasses
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, TypeVar

R = TypeVar("R")

if TYPE_CHECKING:
    from dataclasses import replace as replace  # so that the names and types of the changes are checked
else:

    def replace(row: R, /, **changes: object) -> R:
        """As `dataclasses.replace`."""
        cls, values = type(row), getattr(row, "__dict__", {})
        known = cls.__dataclass_fields__  # type: ignore[attr-defined]  # of a dataclass
        if not _is_dictionary(cls) or not changes.keys() <= known.keys():
            return dataclasses.replace(row, **changes)
        if len(values) > len(known):  # a cached property has kept what it computed of the row that is copied
            values = {name: values[name] for name in known}
        return _filled(cls, {**values, **changes})


def make(cls: type[R], values: Mapping[str, object]) -> R:
    """The same as `cls(**values)`."""
    known = cls.__dataclass_fields__  # type: ignore[attr-defined]  # of a dataclass
    if not _is_dictionary(cls) or values.keys() != known.keys():  # type: ignore[arg-type]  # a class is hashable
        return cls(**values)
    return _filled(cls, values)


@cache
def _is_dictionary(cls: type) -> bool:
    """Whether all fields are in the dictionary, and nothing else happens when a row is made. A class with slots may inherit fields without."""
    has_slots = any(vars(each).get("__slots__") for each in cls.__mro__)
    return not has_slots and not hasattr(cls, "__post_init__")


def _filled(cls: type[R], values: Mapping[str, object]) -> R:
    made = object.__new__(cls)
    made.__dict__.update(values)
    return made
