"""The metrics of couriers in responses."""

from collections.abc import Sequence
from datetime import datetime

from aftercare_chassis.http.schemas import Out
from pydantic import Field

from analytics_svc.api.schemas import SecondsOut
from analytics_svc.domain.deliveries import CourierMetrics


class CourierRatingsOut(Out):
    """How buyers rated a courier, of its parcels whose way ended in the period."""

    count: int
    """How many of the parcels were rated."""
    mean: float | None
    """From 1 to 5; 5 is best. Null where none was rated."""
    bad: int
    """How many ratings are 1 or 2."""
    faults: dict[str, int]
    """By code of what was wrong, such as `late`: in how many ratings it is named."""


class CourierOut(Out):
    """What became of the parcels of one courier whose way ended in the period."""

    carrier: str
    """The code of the courier, such as `sf`."""
    parcels: int
    """All of them, whatever became of them."""
    delivered: int
    """How many the receiver of their leg has."""
    on_time: int
    """How many of these were delivered before their delivery was overdue."""
    at_first_attempt: int
    """How many were delivered at the first attempt."""
    lost: int
    """How many the courier has lost, destroyed or seized."""
    damaged: int
    """How many the courier reports as damaged, and has not lost."""
    with_anomalies: int
    """How many had an anomaly of any kind."""
    seconds_to_first_scan: SecondsOut
    """From the hand-over until a courier first had the parcel."""
    seconds_to_first_attempt: SecondsOut
    """From the hand-over until its delivery was first tried."""
    seconds_to_delivery: SecondsOut
    """From the hand-over until the delivery."""
    ratings: CourierRatingsOut
    """How buyers rated it."""

    @classmethod
    def of(cls, metrics: CourierMetrics) -> "CourierOut":
        """The metrics as a response."""
        return cls(
            carrier=metrics.carrier,
            parcels=metrics.parcels,
            delivered=metrics.delivered,
            on_time=metrics.on_time,
            at_first_attempt=metrics.at_first_attempt,
            lost=metrics.lost,
            damaged=metrics.damaged,
            with_anomalies=metrics.with_anomalies,
            seconds_to_first_scan=SecondsOut.of(metrics.to_first_scan),
            seconds_to_first_attempt=SecondsOut.of(metrics.to_first_attempt),
            seconds_to_delivery=SecondsOut.of(metrics.to_delivery),
            ratings=CourierRatingsOut.model_validate(metrics.ratings),
        )


class CouriersOut(Out):
    """The metrics of couriers in a period."""

    from_: datetime = Field(serialization_alias="from")
    """The beginning of the period, inclusive."""
    to: datetime
    """The end of the period, exclusive."""
    data: list[CourierOut]
    """By courier, in the order of their codes; couriers without a parcel are left out."""

    @classmethod
    def of(cls, start: datetime, end: datetime, metrics: Sequence[CourierMetrics]) -> "CouriersOut":
        """The metrics as a response."""
        return cls(from_=start, to=end, data=[CourierOut.of(each) for each in metrics])
