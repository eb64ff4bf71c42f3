"""What is held for a replacement that is sent first. Money is in minor units of the case's currency; times are aware, UTC."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyHold:
    """What was paid for the units of a case, which the buyer agrees to lose if these do not come back.

    It is released, or `claimed_minor` of it is claimed for units that did not come back or were refused.
    """

    case_id: str
    amount_minor: int
    agreed_at: datetime
    released_at: datetime | None = None
    claimed_at: datetime | None = None
    claimed_minor: int | None = None

    @property
    def is_open(self) -> bool:
        """Whether it is not decided what becomes of it."""
        return self.released_at is None and self.claimed_at is None
