"""The metrics of couriers, and the facts about parcels that they are computed from."""

from dataclasses import dataclass
from datetime import datetime

from analytics_svc.domain.metrics import Durations


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryFacts:
    """One parcel whose way has ended. `anomalies` are the kinds that it had, `loss` what became of the goods with the courier."""

    id: str
    carrier: str
    leg: str
    merchant_id: str
    outcome: str
    delivered: bool
    delivered_to: str | None
    handed_over_at: datetime
    first_scan_at: datetime | None
    first_attempt_at: datetime | None
    ended_at: datetime
    attempts: int
    anomalies: list[str]
    loss: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CourierRatingFacts:
    """How the buyer rated the courier of one parcel; `id` is the parcel. `faults` are codes of what was wrong."""

    id: str
    score: int
    faults: list[str]
    rated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CourierRatings:
    """How buyers rated one courier: `mean` from 1 to 5, None without a rating; `faults` by code."""

    count: int
    mean: float | None
    bad: int
    faults: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class CourierMetrics:
    """What became of the parcels of one courier in a period; durations are from the hand-over, in seconds."""

    carrier: str
    parcels: int
    delivered: int
    on_time: int
    at_first_attempt: int
    lost: int
    damaged: int
    with_anomalies: int
    to_first_scan: Durations
    to_first_attempt: Durations
    to_delivery: Durations
    ratings: CourierRatings
