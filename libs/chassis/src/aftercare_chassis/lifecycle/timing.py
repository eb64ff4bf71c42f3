"""How the hours of a timeout become a time: by the settings alone, or by what a service knows besides."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Protocol

# Any: the settings of any service, as in `Context`.

TIMING = "timing"
"""The work of loading what a service's timing is made of; a command that changes that wakes it."""


class Timing(Protocol):
    """What a service puts in place of plain hours. It belongs to one transaction, and may keep what it has decided."""

    def due(self, row: object, hours: str, since: datetime, settings: Any, remaining: int | None = None) -> datetime:
        """When the time of the timer `hours` ends that begins `since`; where it was stopped before, with what was `remaining`."""
        ...

    def remaining(self, row: object, hours: str, due_at: datetime, now: datetime, settings: Any) -> int:
        """What is left of a time that is stopped now, in seconds of whatever is counted."""
        ...

    def ends(self, row: object, due_at: datetime) -> datetime:
        """When a deadline of this row ends that is stored as `due_at`: later where it is still to be extended, for all."""
        ...


class PlainHours:
    """The hours of the settings, by the clock. What a row has in `own_settings`, by the name of a setting, replaces that for the row."""

    def due(self, row: object, hours: str, since: datetime, settings: Any, remaining: int | None = None) -> datetime:
        """See `Timing`."""
        if remaining is not None:
            return since + timedelta(seconds=remaining)
        own: Mapping[str, float] = getattr(row, "own_settings", {})
        return since + timedelta(hours=own[hours] if hours in own else getattr(settings, hours))

    def remaining(self, row: object, hours: str, due_at: datetime, now: datetime, settings: Any) -> int:
        """See `Timing`."""
        return max(0, int((due_at - now).total_seconds()))

    def ends(self, row: object, due_at: datetime) -> datetime:
        """See `Timing`."""
        return due_at


PLAIN_HOURS = PlainHours()
