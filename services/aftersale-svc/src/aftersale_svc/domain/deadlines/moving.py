"""A deadline is computed again with a calendar whose days have changed."""

from aftersale_svc.domain.deadlines.calendars import Calendar
from aftersale_svc.domain.deadlines.ledger import Deadline
from aftersale_svc.domain.deadlines.rules import DeadlineRule
from aftersale_svc.domain.deadlines.schedules import Due, continued, deadline


def recomputed(entry: Deadline, rule: DeadlineRule, calendar: Calendar) -> Due:
    """When the time of an entry of the ledger ends by this calendar; without what somebody has extended it by."""
    if entry.continued_seconds is not None:
        return continued(entry.set_at, entry.continued_seconds, rule, calendar)
    return deadline(entry.set_at, rule, calendar)
