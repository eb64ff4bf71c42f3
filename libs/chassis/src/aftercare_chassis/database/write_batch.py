"""Writes of a transaction that wait and are sent together: a round trip costs more than a row.

Nobody sees a row before the transaction reads, so a write may wait until it reads or commits. What waits by then is sent as
one statement, `WITH w0 AS (INSERT …), w1 AS (INSERT …) UPDATE …` (ADR 6 and 39: a new case takes four statements in place of
eight). PostgreSQL checks foreign keys at the end of a statement, so the rows may refer to each other. It does not define in
which order the parts run, and none sees what another one writes ("Data-Modifying Statements in WITH"): so rows whose
numbers must rise go in one part, and writes that may concern the same row in different statements.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache

from asyncpg.pool import PoolConnectionProxy

from aftercare_chassis.refusals import Stale

MOST_PARTS = 10  # every combination of parts is prepared once per connection: their number has to stay small
_PARAMETER = re.compile(r"\$(\d+)")

Write = tuple[str, str, Sequence[object]]
"""The name of a table, the text of a statement without RETURNING that writes to it, with its parameters numbered from $1, and
their values."""


class _Kind(Enum):
    INSERT = auto()
    UPSERT = auto()
    SAVE = auto()
    CHANGE = auto()


_OTHER_ROWS = {_Kind.INSERT, _Kind.CHANGE}
"""Writes that never concern the same row of a table."""


@dataclass(slots=True)
class _Waiting:
    """A write; several calls only of one upsert."""

    kind: _Kind
    table: str
    sql: str
    calls: list[Sequence[object]]

    def may_join(self, other: "_Waiting") -> bool:
        """Whether it may be sent in one statement with an earlier write."""
        if len(self.calls) > 1 or len(other.calls) > 1 or self.kind is other.kind is _Kind.SAVE:
            return False
        return self.table != other.table or {self.kind, other.kind} <= _OTHER_ROWS


class WriteBatch:
    """The writes that wait, oldest first."""

    __slots__ = ("_waiting",)

    def __init__(self) -> None:
        self._waiting: list[_Waiting] = []

    def __len__(self) -> int:
        return len(self._waiting)

    def insert(self, table: str, sql: str, args: Sequence[object]) -> None:
        """Let this INSERT of new rows wait."""
        self._waiting.append(_Waiting(_Kind.INSERT, table, sql, [args]))

    def upsert(self, table: str, sql: str, args: Sequence[object]) -> None:
        """Let this upsert wait. Those of one table keep their order, since they may concern the same row."""
        if self._waiting and self._waiting[-1].sql == sql:
            self._waiting[-1].calls.append(args)
        else:
            self._waiting.append(_Waiting(_Kind.UPSERT, table, sql, [args]))

    def save(self, table: str, sql: str, args: Sequence[object]) -> None:
        """Let this UPDATE wait, which has to change exactly one row."""
        self._waiting.append(_Waiting(_Kind.SAVE, table, sql, [args]))

    def change(self, table: str, sql: str, args: Sequence[object]) -> None:
        """Let this UPDATE wait. It changes any number of rows, but none that a write since the last save or upsert concerns."""
        self._waiting.append(_Waiting(_Kind.CHANGE, table, sql, [args]))

    async def send(self, connection: PoolConnectionProxy) -> None:
        """Send everything that waits.

        Raises:
            Stale: an UPDATE did not change one row.
            asyncpg.PostgresError: the database refuses one of the rows.
        """
        waiting, self._waiting = self._waiting, []
        for together in _divided(waiting):
            first = together[0]
            if len(first.calls) > 1:
                await connection.executemany(first.sql, first.calls)
            else:
                await _send(connection, together)


def _divided(waiting: Sequence[_Waiting]) -> Iterator[list[_Waiting]]:
    """The writes in groups of one statement each."""
    together: list[_Waiting] = []
    for write in waiting:
        if len(together) == MOST_PARTS or not all(write.may_join(each) for each in together):
            yield together
            together = []
        together.append(write)
    if together:
        yield together


async def _send(connection: PoolConnectionProxy, together: list[_Waiting]) -> None:
    """Send them as one statement. A save is its body, since the answer to a statement has the number of rows of the body."""
    together.sort(key=lambda write: write.kind is _Kind.SAVE)
    sql = _combined(*[write.sql for write in together])
    status = await connection.execute(sql, *[arg for write in together for arg in write.calls[0]])
    if together[-1].kind is _Kind.SAVE and status != "UPDATE 1":
        raise Stale(current="")


@lru_cache(maxsize=1024)
def _combined(*writes: str) -> str:
    """One statement of several: the last is its body, the others are its WITH queries; the parameters are renumbered."""
    numbered, taken = [], 0
    for sql in writes:
        before, numbers = taken, [int(number) for number in _PARAMETER.findall(sql)]
        numbered.append(_PARAMETER.sub(lambda found, by=before: f"${int(found[1]) + by}", sql))  # type: ignore[misc]
        taken += max(numbers, default=0)
    *first, body = numbered
    parts = ", ".join(f"w{number} AS ({sql})" for number, sql in enumerate(first))
    return f"WITH {parts} {body}" if parts else body
