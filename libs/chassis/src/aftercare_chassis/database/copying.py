"""An INSERT of one row as the target of a COPY, for many rows.

COPY takes the values as they are. In the arrays of `set_based` asyncpg asks of each value whether it is an array itself, which was a fifth of
what the rows of an import cost.
"""

import re
from functools import lru_cache
from typing import NamedTuple

_INSERT = re.compile(r"\s*INSERT INTO (\w+) \(([^()]*)\)\s*VALUES \((.*)\)\s*", re.DOTALL)


class CopyTarget(NamedTuple):
    """A table, and the columns of the values in their order."""

    table: str
    columns: tuple[str, ...]


@lru_cache(maxsize=1024)
def copy_target(sql: str) -> CopyTarget | None:
    """What this INSERT fills; None where its values are not its parameters, each once and in their order."""
    found = _INSERT.fullmatch(sql)
    if found is None:
        return None
    columns = tuple(name.strip().strip('"') for name in found[2].split(","))
    values = [value.strip().partition("::")[0] for value in found[3].split(",")]
    return CopyTarget(found[1], columns) if values == [f"${n}" for n in range(1, len(columns) + 1)] else None
