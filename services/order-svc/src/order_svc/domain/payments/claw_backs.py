"""What buyers owe to merchants because a verdict that had paid too much was replaced. Money is in minor units of `currency`."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ClawBack:
    """What a buyer owes by the verdict of a dispute that took the place of one that had paid more: what of it was paid back, outside the
    payments of the order, and what was written off."""

    dispute_id: str
    order_id: str
    case_id: str
    owed_minor: int
    repaid_minor: int
    written_off_minor: int
    currency: str
    updated_at: datetime

    @property
    def open_minor(self) -> int:
        """What is still owed."""
        return self.owed_minor - self.repaid_minor - self.written_off_minor
