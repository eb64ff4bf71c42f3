"""Inserts of a transaction that wait and are sent together: a round trip costs more than a row.

Nobody sees a row before the transaction reads, so an insert may wait until it reads, changes something or commits. What
waits by then is sent as one statement, `WITH w0 AS (INSERT …), w1 AS (INSERT …) INSERT …` (ADR 6: a new case takes four
statements in place of eight). PostgreSQL checks foreign keys at the end of a statement, so the rows may refer to each other.
It does not define in which order the parts run ("Data-Modifying Statements in WITH"), so rows whose numbers must rise go
in one part.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import groupby
from operator import itemgetter

from asyncpg.pool import PoolConnectionProxy

MOST_PARTS = 8  # every combination of parts is prepared once per connection: their number has to stay small
_PARAMETER = re.compile(r"\$(\d+)")

Insert = tuple[str, Sequence[object]]
"""The text of an INSERT without RETURNING, its parameters numbered from $1, and their values."""


class WriteBatch:
    """The inserts that wait, oldest first."""

    __slots__ = ("_waiting",)

    def __init__(self) -> None:
        self._waiting: list[tuple[str, Insert]] = []

    def __len__(self) -> int:
        return len(self._waiting)

    def later(self, sql: str, args: Sequence[object]) -> None:
        """Let this INSERT wait."""
        self._waiting.append(("", (sql, args)))

    def upsert(self, sql: str, args: Sequence[object]) -> None:
        """Let this upsert wait. Those of one statement keep their order, since they may concern the same row."""
        self._waiting.append((sql, (sql, args)))

    async def send(self, connection: PoolConnectionProxy) -> None:
        """Send everything that waits. Raises: asyncpg.PostgresError where the database refuses one of the rows."""
        waiting, self._waiting = self._waiting, []
        for upsert, group in groupby(waiting, key=itemgetter(0)):
            writes = [write for _, write in group]
            if upsert:
                await connection.executemany(upsert, [args for _, args in writes])
            else:
                await _insert(connection, writes)


async def _insert(connection: PoolConnectionProxy, writes: Sequence[Insert]) -> None:
    for start in range(0, len(writes), MOST_PARTS):
        parts = writes[start : start + MOST_PARTS]
        sql = _combined(*[text for text, _ in parts])
        await connection.execute(sql, *[arg for _, args in parts for arg in args])


@lru_cache(maxsize=1024)
def _combined(*inserts: str) -> str:
    """One statement of several: the last is its body, the others are its WITH queries; the parameters are renumbered."""
    numbered, taken = [], 0
    for sql in inserts:
        before, numbers = taken, [int(number) for number in _PARAMETER.findall(sql)]
        numbered.append(_PARAMETER.sub(lambda found, by=before: f"${int(found[1]) + by}", sql))  # type: ignore[misc]
        taken += max(numbers, default=0)
    *first, body = numbered
    parts = ", ".join(f"w{number} AS ({sql})" for number, sql in enumerate(first))
    return f"WITH {parts} {body}" if parts else body
