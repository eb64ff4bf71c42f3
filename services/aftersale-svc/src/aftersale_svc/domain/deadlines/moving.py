"""A provisional deadline is computed again with a calendar that knows more days."""

from aftersale_svc.domain.deadlines.calendars import Calendar
from aftersale_svc.domain.deadlines.ledger import Deadline
from aftersale_svc.domain.deadlines.rules import DeadlineRule
from aftersale_svc.domain.deadlines.schedules import Due, continued, deadline


def recomputed(entry: Deadline, rule: DeadlineRule, calendar: Calendar) -> Due:
    """When the time of an entry of the ledger ends by this calendar; without what somebody has extended it by."""
    if entry.continued_seconds is not None:
        return continued(entry.set_at, entry.continued_seconds, rule, calendar)
    return deadline(entry.set_at, rule, calendar)


def knows_more(new: Calendar, old: Calendar) -> bool:
    """Whether a calendar knows days that the other one does not. A merchant who closes more days moves no deadline by that."""
    if old.known_until is None:
        return False
    return new.known_until is None or new.known_until > old.known_until
