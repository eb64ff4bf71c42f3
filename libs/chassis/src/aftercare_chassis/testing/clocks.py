"""A clock and identifiers that a test controls."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class FixedClock:
    """A clock that changes only when the test sets it."""

    def __init__(self, at: datetime = START) -> None:
        self._at = at

    def now(self) -> datetime:
        return self._at

    def set(self, at: datetime) -> None:
        self._at = at

    def advance(self, *, hours: float = 0, seconds: float = 0) -> datetime:
        """Advance the clock; the new time."""
        self._at += timedelta(hours=hours, seconds=seconds)
        return self._at


class SequentialIds:
    """Version 7 UUIDs that count up, the same in every run."""

    def __init__(self) -> None:
        self._count = 0

    def uuid7(self) -> UUID:
        self._count += 1
        return UUID(int=(0x0195_0000_0000 << 80) | (7 << 76) | (2 << 62) | self._count)

    def hex7(self) -> str:
        return self.uuid7().hex
