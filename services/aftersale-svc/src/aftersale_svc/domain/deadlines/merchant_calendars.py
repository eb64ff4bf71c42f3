"""How much a merchant works at least, so that its own calendar puts off no deadline for long."""

from collections.abc import Collection, Sequence
from datetime import date

from aftersale_svc.domain.deadlines.calendars import WorkingWindow, overlap
from aftersale_svc.domain.deadlines.errors import ClosedTooOften, WorkingHoursOverlap, WorkingTimeTooShort

LEAST_WEEKLY_HOURS, MOST_CLOSED_DAYS, YEAR_DAYS = 20, 60, 365


def check_hours(windows: Sequence[WorkingWindow], opens: int, closes: int, weekend: Collection[int]) -> None:
    """Refuse hours, in minutes of the local day, that overlap or are too few in a week.

    Raises:
        WorkingHoursOverlap: two windows of a weekday overlap.
        WorkingTimeTooShort: there are less than LEAST_WEEKLY_HOURS.
    """
    if overlap(windows):
        raise WorkingHoursOverlap(pointer="/windows")
    each_day = (7 - len(weekend)) * (closes - opens)
    minutes = sum(each.closes - each.opens for each in windows) if windows else each_day
    if minutes < LEAST_WEEKLY_HOURS * 60:
        raise WorkingTimeTooShort(pointer="/windows" if windows else "/closes", least_hours=LEAST_WEEKLY_HOURS)


def check_closed_days(days: Collection[date]) -> None:
    """Refuse closed days that are too many within a year. Raises: ClosedTooOften."""
    ordered = sorted(days)
    for first, then in zip(ordered, ordered[MOST_CLOSED_DAYS:], strict=False):
        if (then - first).days < YEAR_DAYS:
            raise ClosedTooOften(pointer="/closed_days", most=MOST_CLOSED_DAYS)
