"""The timing of a transaction: deadlines by rules and calendars, and a note of how each was computed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aftercare_chassis.lifecycle import Context, Timing

from aftersale_svc.domain.deadlines.calendars import WEEK, Calendar
from aftersale_svc.domain.deadlines.ledger import Deadline
from aftersale_svc.domain.deadlines.reminders import DEFAULT_HOURS
from aftersale_svc.domain.deadlines.rules import DeadlineRule
from aftersale_svc.domain.deadlines.schedules import Chosen, Due, Schedules, continued, deadline, left_of
from aftersale_svc.domain.deadlines.standstills import SPARED, Standstill

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

    def ends(self, row: Any, due_at: datetime) -> datetime:
        """When it ends: with the grace where it ended in a standstill, and its timer has still to note that."""
        if row.whose_turn not in SPARED:
            return due_at
        graces = (each.grace_until for each in self.standstills if each.began_at < due_at <= each.ended_at)
        return max(graces, default=due_at)

    @property
    def standstills(self) -> Sequence[Standstill]:
        """The last ones."""
        return self._schedules.standstills

    def first_calendar_of(self, deadline: Deadline) -> Calendar | None:
        """The calendar of a deadline that was set when none was loaded; None where none is loaded now."""
        rule = deadline.rule
        found = None if rule is None else self._schedules.calendar_for(rule, deadline.merchant_id)
        return None if found is WEEK else found

    def calendar(self, calendar_id: str) -> Calendar | None:
        """The newest version of this calendar; None where it was not loaded."""
        return self._schedules.calendars.get(calendar_id)

    def calendar_of_merchant(self, merchant_id: str) -> Calendar:
        """The calendar of this merchant, or else of the country."""
        return self._schedules.calendar_for(DeadlineRule("", 0), merchant_id)

    def reminder_hours(self, row: Any, timer: str | None, settings: Any) -> Sequence[float]:
        """How many hours before the end of this timer people are reminded, by the rule that holds now."""
        rule = None if timer is None else self._schedules.choose(row, timer, getattr(settings, timer)).rule
        return DEFAULT_HOURS if rule is None or rule.reminders is None else rule.reminders


def reminder_hours(context: Context, row: Any, timer: str | None) -> Sequence[float]:
    """See `ScheduleTiming.reminder_hours`."""
    timing = context.timing
    return timing.reminder_hours(row, timer, context.settings) if isinstance(timing, ScheduleTiming) else DEFAULT_HOURS


def calendar_of_merchant(timing: Timing, merchant_id: str) -> Calendar:
    """See `ScheduleTiming.calendar_of_merchant`; WEEK where no calendar was loaded."""
    return timing.calendar_of_merchant(merchant_id) if isinstance(timing, ScheduleTiming) else WEEK
