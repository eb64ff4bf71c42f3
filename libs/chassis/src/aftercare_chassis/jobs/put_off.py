"""Rows that failed: each is left out of the work on many rows, and tried again by itself after a pause that doubles."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

W = TypeVar("W")
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=5), timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class _Entry(Generic[W]):
    """What is to be done with the row again, when, and how long the pause until then is."""

    work: W
    at: datetime
    pause: timedelta


class PutOff(Generic[W]):
    """The rows that one process has put off, by their ids."""

    def __init__(self) -> None:
        self._entries: dict[str, _Entry[W]] = {}

    @property
    def ids(self) -> list[str]:
        """Those that are left out."""
        return list(self._entries)

    def add(self, work: W, row_id: str, now: datetime) -> None:
        """Put a row off: for five seconds, or twice as long as the last time, but no longer than ten minutes."""
        before = self._entries.get(row_id)
        pause = FIRST_PAUSE if before is None else min(2 * before.pause, LONGEST_PAUSE)
        self._entries[row_id] = _Entry(work, now + pause, pause)

    def forget(self, row_id: str) -> None:
        """Let the row be fired with others again."""
        self._entries.pop(row_id, None)

    def numbers(self) -> Counter[W]:
        """How many there are of each work."""
        return Counter(entry.work for entry in self._entries.values())

    def to_retry(self, now: datetime) -> list[tuple[W, str]]:
        """Those whose pause is over, with what is to be done."""
        return [(entry.work, row_id) for row_id, entry in self._entries.items() if entry.at <= now]
