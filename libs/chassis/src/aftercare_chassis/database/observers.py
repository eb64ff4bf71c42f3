"""Who sees each change of an aggregate beside the command that makes it, such as a ledger of all documents of a service."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from aftercare_events import Event

# Any: of every service's transactions, and of rows of every class.
Journal = Callable[[Any, Event], Awaitable[None]]
"""Called with the transaction and each event that it records, the oldest first; it may let rows be inserted last."""
Observer = Callable[[Any, Any, Any, tuple[Event, ...]], Awaitable[tuple[Event, ...]]]
"""Called with the transaction, the row as it was read in it (None: it is new), the changed row and the events of the change;
returns the events to publish. It may write further rows."""


class Observers:
    """Those of one transaction, by the names of their tables, with the aggregates that it has read."""

    __slots__ = ("_by_table", "_read")

    def __init__(self, by_table: Mapping[str, Observer] | None) -> None:
        self._by_table = by_table or {}
        self._read: dict[tuple[str, object], Any] = {}

    def read(self, *rows: object) -> None:
        """Keep those of the rows that are aggregates: rows with an id and a version."""
        for row in rows if self._by_table else ():
            if hasattr(row, "version") and hasattr(row, "id"):
                self._read[_key(row)] = row

    def mark(self) -> Callable[[], None]:
        """A function that brings back the rows as they are known now."""
        kept = dict(self._read)

        def restore() -> None:
            self._read.clear()
            self._read.update(kept)

        return restore

    async def changed(self, tx: object, table: str, row: Any, events: tuple[Event, ...]) -> tuple[Event, ...]:
        """The events to publish, after the observer of this table has seen the change.

        Raises:
            ValueError: the row is not new, and what it was before is not known.
        """
        observer = self._by_table.get(table)
        if observer is None:
            return events
        key = _key(row)
        before, self._read[key] = self._read.get(key), row
        if before is None and row.version:
            raise ValueError(
                f"a row of {table} is saved that was not read in this transaction: lock many with lock_all"
            )
        return await observer(tx, before, row, events)


def _key(row: Any) -> tuple[str, object]:
    return type(row).__name__, row.id
