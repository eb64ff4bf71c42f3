"""When people are reminded of a deadline before it ends: hours before, as each rule has them."""

from collections.abc import Sequence
from datetime import datetime, timedelta

REMINDED = frozenset({"buyer", "merchant", "parties", "agent", "platform"})
"""Whose turn is reminded of; a courier or a payment provider reads none."""
DEFAULT_HOURS: tuple[float, ...] = (24, 2)
"""Where a rule has no reminders of its own."""
MOST_REMINDERS = 5


def next_reminder(
    set_at: datetime, due_at: datetime | None, turn: str, hours: Sequence[float], after: datetime
) -> datetime | None:
    """The next reminder after a moment; None where there is none left. One that is not shorter than the whole time is left out."""
    if due_at is None or turn not in REMINDED:
        return None
    leads = [timedelta(hours=each) for each in hours]
    times = [due_at - lead for lead in leads if lead < due_at - set_at]
    return min((each for each in times if each > after), default=None)
