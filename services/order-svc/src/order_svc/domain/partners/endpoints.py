"""Where couriers post."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CourierEndpoint:
    """Where one partner posts. After a rotation the previous secret is accepted until its grace ends."""

    id: str
    partner: str
    secret: str
    previous_secret: str | None
    previous_until: datetime | None
    created_at: datetime
    rotated_at: datetime | None

    def secrets(self, now: datetime) -> tuple[str, ...]:
        """The secrets that a push may be signed with at this moment."""
        if self.previous_secret is None or self.previous_until is None or now >= self.previous_until:
            return (self.secret,)
        return (self.secret, self.previous_secret)
