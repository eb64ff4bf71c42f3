"""The timing of a transaction: deadlines by rules and calendars, and a note of how each was computed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aftersale_svc.domain.deadlines.schedules import Chosen, Due, Schedules, continued, deadline, left_of

# Any: the class of settings, as in `Context`.


@dataclass(frozen=True, slots=True)
class Computed:
    """A deadline, how it was computed, and whether it goes on from before a stop."""

    due: Due
    chosen: Chosen
    remaining: int | None


class ScheduleTiming:
    """See `aftercare_chassis.lifecycle.Timing`. `computed` has the last deadline of each row, by the row's id."""

    __slots__ = ("_schedules", "computed")

    def __init__(self, schedules: Schedules) -> None:
        self._schedules = schedules
        self.computed: dict[str, Computed] = {}

    def due(self, row: Any, hours: str, since: datetime, settings: Any, remaining: int | None = None) -> datetime:
        """When the time ends: that of a rule, or of the settings."""
        chosen = self._schedules.choose(row, hours, getattr(settings, hours))
        if remaining is None:
            due = deadline(since, chosen.rule, chosen.calendar)
        else:
            due = continued(since, remaining, chosen.rule, chosen.calendar)
        self.computed[row.id] = Computed(due, chosen, remaining)
        return due.at

    def remaining(self, row: Any, hours: str, due_at: datetime, now: datetime, settings: Any) -> int:
        """What is left of it now: working time where that is counted."""
        chosen = self._schedules.choose(row, hours, getattr(settings, hours))
        return left_of(now, due_at, chosen.rule, chosen.calendar)
