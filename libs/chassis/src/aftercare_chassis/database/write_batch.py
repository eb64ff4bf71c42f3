"""Writes of a transaction that wait and are sent together: a round trip costs more than a row.

Nobody sees a row before the transaction reads, so a write may wait until it reads or commits. What waits by then is sent as
one statement, `WITH w0 AS (INSERT …), w1 AS (INSERT …) UPDATE …` (ADR 6 and 39: a new case takes four statements in place of
eight). PostgreSQL checks foreign keys at the end of a statement, so the rows may refer to each other. It does not define in
which order the parts run, and none sees what another one writes ("Data-Modifying Statements in WITH"): so rows whose
numbers must rise go in one part, and writes that may concern the same row in different statements.

Where one transaction does the work of several, such as a batch of timers, each has a unit of its own, and the statements of
different units that have the same text are one: `INSERT … SELECT … FROM unnest(…)`, `UPDATE … FROM unnest(…)` (`set_based.py`). Each
statement makes PostgreSQL read the CHECKs of its tables again, which costs more than the row: a firing took 3.3 round trips and
1.3 ms of its CPU, and takes a tenth of one and a third of that.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache
from itertools import groupby, zip_longest
from typing import cast

from asyncpg.pool import PoolConnectionProxy

from aftercare_chassis.database.copying import copy_target
from aftercare_chassis.database.set_based import columns_of, set_based
from aftercare_chassis.refusals import Stale

ROWS_TO_COPY = 50  # from as many rows on, COPY costs less than INSERT
MOST_PARTS = 12  # every combination of parts is prepared once per connection: their number has to stay small
_PARAMETER = re.compile(r"\$(\d+)")

Write = tuple[str, str, Sequence[object]]
"""The name of a table, the text of a statement without RETURNING that writes to it, with its parameters numbered from $1, and
their values."""


_NewRows = dict[str, list[Sequence[object]]]
"""With `bulk`: the parameters of new rows by the text of their INSERT."""


class _Kind(Enum):
    INSERT = auto()
    UPSERT = auto()
    SAVE = auto()
    CHANGE = auto()


_OTHER_ROWS = {_Kind.INSERT, _Kind.CHANGE}
"""Writes that concern no row of a table that an earlier one of them has changed."""


@dataclass(slots=True)
class _Waiting:
    """A write of one unit; several calls only of one upsert."""

    unit: int
    kind: _Kind
    table: str
    sql: str
    calls: list[Sequence[object]]


class _Together:
    """Writes of one statement."""

    __slots__ = ("_kinds", "_saves", "writes")

    def __init__(self) -> None:
        self.writes: list[_Waiting] = []
        self._kinds: dict[str, set[_Kind]] = {}
        self._saves = False

    def takes(self, write: _Waiting) -> bool:
        """Whether one more write may be sent with them."""
        if not self.writes:
            return True
        if len(self.writes) == MOST_PARTS or len(write.calls) > 1 or len(self.writes[0].calls) > 1:
            return False
        if self._saves and write.kind is _Kind.SAVE:
            return False
        kinds = self._kinds.get(write.table)
        if kinds is None:
            return True
        # Parts of one statement do not see the rows of each other.
        changes_new = write.kind is _Kind.CHANGE and _Kind.INSERT in kinds
        return not changes_new and {write.kind} | kinds <= _OTHER_ROWS

    def add(self, write: _Waiting) -> None:
        self.writes.append(write)
        self._kinds.setdefault(write.table, set()).add(write.kind)
        self._saves = self._saves or write.kind is _Kind.SAVE


@dataclass(frozen=True, slots=True)
class _Call:
    """One statement of several writes, with their parameters. `saves`: its body has to change one row.

    `repeated`: further parameters of its only write, an upsert.
    """

    writes: tuple[str, ...]
    saves: bool
    args: Sequence[object]
    repeated: Sequence[Sequence[object]] = ()
    upserts: bool = False


class WriteBatch:
    """The writes that wait, oldest first. With `bulk`, inserts with the same text are one statement, a COPY where they are many, in the order
    of the first of each."""

    __slots__ = ("_last", "_rows", "_unit", "_waiting", "bulk")

    def __init__(self) -> None:
        self.bulk = False
        self._waiting: list[_Waiting | _NewRows] = []
        self._rows: _NewRows = {}
        self._last: list[_Waiting] = []
        self._unit = 0

    def __len__(self) -> int:
        return len(self._waiting) + len(self._rows)

    def begin_unit(self) -> None:
        """Let the writes from here on belong to another unit: none of them depends on one of an earlier unit that still waits."""
        self._unit += 1

    @property
    def has_units(self) -> bool:
        """Whether there is more than one unit."""
        return self._unit > 0

    def insert(self, table: str, sql: str, args: Sequence[object]) -> None:
        """Let this INSERT of new rows wait."""
        if self.bulk:
            self._rows.setdefault(sql, []).append(args)
        else:
            self._add(_Kind.INSERT, table, sql, args)

    def upsert(self, table: str, sql: str, args: Sequence[object]) -> None:
        """Let this upsert wait. Those of one table keep their order, since they may concern the same row."""
        last = self._waiting[-1] if self._waiting and not self._rows else None
        if isinstance(last, _Waiting) and last.sql == sql and last.unit == self._unit:
            last.calls.append(args)
        else:
            self._add(_Kind.UPSERT, table, sql, args)

    def save(self, table: str, sql: str, args: Sequence[object]) -> None:
        """Let this UPDATE wait, which has to change exactly one row."""
        self._add(_Kind.SAVE, table, sql, args)

    def change(self, table: str, sql: str, args: Sequence[object]) -> None:
        """Let this UPDATE wait. It changes any number of rows, but none that a change since the last save or upsert concerns."""
        self._add(_Kind.CHANGE, table, sql, args)

    def insert_last(self, table: str, sql: str, args: Sequence[object]) -> None:
        """Let this INSERT wait until `add_last`: nothing reads the row before."""
        self._last.append(_Waiting(self._unit, _Kind.INSERT, table, sql, [args]))

    def add_last(self) -> None:
        """Let what was inserted last wait with the other writes from now on."""
        last, self._last = self._last, []
        for write in last:
            if self.bulk:
                self.insert(write.table, write.sql, write.calls[0])
            else:
                self._waiting.append(write)

    def mark(self) -> Callable[[], None]:
        """A function that discards what was added since and was not sent. Nothing waits now but what is inserted last."""
        last = len(self._last)

        def discard() -> None:
            self._waiting.clear()
            self._rows.clear()
            del self._last[last:]

        return discard

    def _add(self, kind: _Kind, table: str, sql: str, args: Sequence[object]) -> None:
        self._close_rows()
        self._waiting.append(_Waiting(self._unit, kind, table, sql, [args]))

    async def send(self, connection: PoolConnectionProxy) -> None:
        """Send everything that waits.

        Raises:
            Stale: an UPDATE did not change one row.
            asyncpg.PostgresError: the database refuses one of the rows.
        """
        self._close_rows()
        waiting, self._waiting = self._waiting, []
        for new, together in groupby(waiting, lambda each: isinstance(each, dict)):
            if new:
                for rows in together:
                    await _send_inserts(connection, cast(_NewRows, rows))
            else:
                for call in _calls(cast(Iterable[_Waiting], together)):
                    await _send(connection, call)

    def _close_rows(self) -> None:
        """Let other writes have their place behind the new rows so far."""
        if self._rows:
            self._waiting.append(self._rows)
            self._rows = {}


def _calls(waiting: Iterable[_Waiting]) -> Iterator[list[_Call]]:
    """The statements to send, in order, those with the same text together: the first of all units, then the second, and so on."""
    units: dict[int, list[_Waiting]] = {}
    for write in waiting:
        units.setdefault(write.unit, []).append(write)
    for together in zip_longest(*map(_divided, units.values())):
        by_text: dict[tuple[str, ...], list[_Call]] = {}
        for call in map(_call, filter(None, together)):
            by_text.setdefault(call.writes, []).append(call)
        yield from by_text.values()


async def _send_inserts(connection: PoolConnectionProxy, by_text: Mapping[str, list[Sequence[object]]]) -> None:
    for sql, rows in by_text.items():
        target = copy_target(sql) if len(rows) >= ROWS_TO_COPY else None
        if target is not None:
            await connection.copy_records_to_table(target.table, columns=target.columns, records=rows)
            continue
        many = set_based(sql) if len(rows) > 1 else None
        if many is None:
            await connection.executemany(sql, rows)
        else:
            await connection.execute(many, *columns_of((sql,), rows))


def _divided(waiting: Sequence[_Waiting]) -> Iterator[list[_Waiting]]:
    """The writes of a unit in groups of one statement each."""
    together = _Together()
    for write in waiting:
        if not together.takes(write):
            yield together.writes
            together = _Together()
        together.add(write)
    if together.writes:
        yield together.writes


def _call(together: list[_Waiting]) -> _Call:
    """One statement of them. A save is its body, since the answer to a statement has the number of rows of the body."""
    together.sort(key=lambda write: write.kind is _Kind.SAVE)
    return _Call(
        writes=tuple(write.sql for write in together),
        saves=together[-1].kind is _Kind.SAVE,
        args=[arg for write in together for arg in write.calls[0]],
        repeated=together[0].calls[1:],
        upserts=any(write.kind is _Kind.UPSERT for write in together),
    )


async def _send(connection: PoolConnectionProxy, alike: Sequence[_Call]) -> None:
    first = alike[0]
    if len(alike) == 1 and not first.repeated:
        status = await connection.execute(_combined(*first.writes), *first.args)
    else:
        status = await _send_many(connection, alike)
    if first.saves and status != f"UPDATE {len(alike)}":
        raise Stale(current="")


async def _send_many(connection: PoolConnectionProxy, alike: Sequence[_Call]) -> str:
    """Send statements with the same text; the status of one for all of them, where they are no upserts, which may concern one row."""
    first = alike[0]
    many = None if first.upserts else [set_based(sql) for sql in first.writes]
    if many is not None and None not in many:
        sql = _combined(*[each for each in many if each is not None])
        return await connection.execute(sql, *columns_of(first.writes, [call.args for call in alike]))
    sql = _combined(*first.writes)
    args = [args for call in alike for args in (call.args, *call.repeated)]
    if first.saves:
        return f"UPDATE {len(await connection.fetchmany(f'{sql} RETURNING 1', args))}"
    await connection.executemany(sql, args)
    return ""


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
