"""The metrics of couriers in a period."""

from datetime import datetime

from aftercare_chassis.database.transaction import Reader
from asyncpg import Record

from analytics_svc.domain.deliveries import CourierMetrics, CourierRatings
from analytics_svc.domain.metrics import Durations
from analytics_svc.tables.deliveries import COURIER_FAULTS, COURIER_METRICS, OVERDUE

_COUNTS = ("parcels", "delivered", "on_time", "at_first_attempt", "lost", "damaged", "with_anomalies")


async def courier_metrics(reader: Reader, start: datetime, end: datetime, leg: str | None) -> list[CourierMetrics]:
    """The metrics of the parcels whose way ended from `start` to before `end`, by courier."""
    rows = await reader.all(COURIER_METRICS, start=start, end=end, leg=leg, overdue=[OVERDUE])
    faults: dict[str, dict[str, int]] = {}
    for each in await reader.all(COURIER_FAULTS, start=start, end=end, leg=leg):
        faults.setdefault(each["carrier"], {})[each["fault"]] = each["parcels"]
    return [_metrics(row, faults.get(row["carrier"], {})) for row in rows]


def _metrics(row: Record, faults: dict[str, int]) -> CourierMetrics:
    return CourierMetrics(
        carrier=row["carrier"],
        **{name: row[name] for name in _COUNTS},
        to_first_scan=_durations(row, "first_scan"),
        to_first_attempt=_durations(row, "first_attempt"),
        to_delivery=_durations(row, "delivery"),
        ratings=CourierRatings(count=row["ratings"], mean=row["mean_rating"], bad=row["bad_ratings"], faults=faults),
    )


def _durations(row: Record, name: str) -> Durations:
    return Durations(count=row[f"{name}_count"], median=row[f"{name}_median"], p90=row[f"{name}_p90"])
