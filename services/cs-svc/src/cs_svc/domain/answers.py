"""What people owe an answer to."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """How many answers are owed, up to 10,000, how many of them are overdue, and when the oldest was or is due."""

    owed: int
    overdue: int
    oldest_due_at: datetime | None
