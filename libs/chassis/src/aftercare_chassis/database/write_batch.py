"""Inserts of a transaction that wait for each other and travel together: a round trip costs more than a row.

Nobody sees a row before reading, so an insert may wait until its transaction reads, changes something or commits. What
waits by then goes out as one statement, `WITH w1 AS (INSERT …), w2 AS (INSERT …) INSERT …`. PostgreSQL checks foreign
keys at the end of a statement, so rows that travel together may refer to each other. In which order such parts run is
not promised (PostgreSQL, "Data-Modifying Statements in WITH"), so rows whose numbers must rise go in a single part.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Any

from asyncpg.pool import PoolConnectionProxy

MOST = 8  # parts of a statement: every combination is prepared once per connection, so let there be few
_PARAMETER = re.compile(r"\$(\d+)")

Insert = tuple[str, Sequence[Any]]
"""The text of an INSERT without RETURNING, numbered from $1, and its parameters."""


class WriteBatch:
    """What waits, oldest first."""

    __slots__ = ("_waiting",)

    def __init__(self) -> None:
        self._waiting: list[tuple[str, Insert]] = []

    def __len__(self) -> int:
        return len(self._waiting)

    def later(self, sql: str, args: Sequence[Any]) -> None:
        """Let this INSERT wait."""
        self._waiting.append(("", (sql, args)))

    def upsert(self, sql: str, args: Sequence[Any]) -> None:
        """Let this upsert wait; those of one statement stay in their order, since they may be about the same row."""
        self._waiting.append((sql, (sql, args)))

    async def send(self, connection: PoolConnectionProxy) -> None:
        """Send all that waits; what the database has against it is raised here, as an asyncpg.PostgresError."""
        waiting, self._waiting = self._waiting, []
        for upsert, some in groupby(waiting, key=itemgetter(0)):
            writes = [write for _, write in some]
            if upsert:
                await connection.executemany(upsert, [args for _, args in writes])
            else:
                await _insert(connection, writes)


async def _insert(connection: PoolConnectionProxy, waiting: Sequence[Insert]) -> None:
    for start in range(0, len(waiting), MOST):
        some = waiting[start : start + MOST]
        sql = together(*[text for text, _ in some])
        await connection.execute(sql, *[arg for _, args in some for arg in args])


@lru_cache(maxsize=1024)
def together(*inserts: str) -> str:
    """One statement out of several: the last is its body, the others go before it."""
    numbered, taken = [], 0
    for sql in inserts:
        before, numbers = taken, [int(number) for number in _PARAMETER.findall(sql)]
        numbered.append(_PARAMETER.sub(lambda found, by=before: f"${int(found[1]) + by}", sql))  # type: ignore[misc]
        taken += max(numbers, default=0)
    *first, body = numbered
    parts = ", ".join(f"w{number} AS ({sql})" for number, sql in enumerate(first))
    return f"WITH {parts} {body}" if parts else body
