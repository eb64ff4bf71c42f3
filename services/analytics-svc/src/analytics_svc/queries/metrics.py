"""The after-sales metrics of a period."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from aftercare_chassis.database.transaction import Reader
from asyncpg import Record

from analytics_svc.domain.metrics import AfterSalesMetrics, Durations
from analytics_svc.tables.metrics import (
    CASE_COUNTS,
    DISPUTE_COUNTS,
    DURATIONS,
    RATING_COUNT,
    RATING_MEANS,
    REFUND_SUMS,
)


async def after_sales_metrics(reader: Reader, start: datetime, end: datetime) -> AfterSalesMetrics:
    """The metrics of the cases requested, refunds paid, disputes opened and ratings given from `start` to before `end`."""
    period = {"start": start, "end": end}
    cases = await reader.all(CASE_COUNTS, **period)
    refunds = await reader.all(REFUND_SUMS, **period)
    disputes = await reader.all(DISPUTE_COUNTS, **period)
    means = await reader.all(RATING_MEANS, **period)
    ratings = await reader.one(RATING_COUNT, **period)
    durations = await reader.one(DURATIONS, **period)
    return AfterSalesMetrics(
        cases=_counts(cases, ("type", "reason", "state")),
        refunds={row["currency"]: row["amount_minor"] for row in refunds},
        refund_count=sum(row["number"] for row in refunds),
        to_answer=_durations(durations, "answer"),
        to_refund=_durations(durations, "refund"),
        to_close=_durations(durations, "close"),
        disputes=_counts(disputes, ("category", "state", "liable")),
        ratings={row["dimension"]: row["mean"] for row in means},
        rating_count=ratings["number"] if ratings else 0,
    )


def _counts(rows: Iterable[Record], names: tuple[str, ...]) -> dict[str, dict[str, int]]:
    counts: dict[str, Counter[str]] = {name: Counter() for name in names}
    for row in rows:
        for name in names:
            if row[name] is not None:
                counts[name][row[name]] += row["number"]
    return {name: dict(sorted(counts[name].items())) for name in names}


def _durations(row: Record | None, name: str) -> Durations:
    if row is None:
        return Durations(count=0, median=None, p90=None)
    return Durations(count=row[f"{name}_count"], median=row[f"{name}_median"], p90=row[f"{name}_p90"])
