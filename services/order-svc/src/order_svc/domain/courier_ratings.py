"""How the buyer rated the courier of a parcel, as cs-svc publishes it."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CourierRating:
    """The rating of the courier of one parcel, from 1 (worst) to 5 (best). `faults` are codes of what was wrong."""

    parcel_id: str
    rating_id: str
    score: int
    faults: list[str]
    rated_at: datetime
