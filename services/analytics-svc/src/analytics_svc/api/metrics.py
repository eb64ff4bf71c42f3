"""`/v1/metrics`: metrics that are computed from events alone."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

from aftercare_chassis.database.transaction import Reader
from aftercare_chassis.http.responses import refusals
from aftercare_chassis.http.routing import ApiRoute, Read, require_role
from aftercare_chassis.http.schemas import Code, Time
from fastapi import APIRouter, Query

from analytics_svc.api.courier_schemas import CouriersOut
from analytics_svc.api.schemas import FiguresOut
from analytics_svc.domain.errors import PeriodInvalid
from analytics_svc.queries.couriers import courier_metrics
from analytics_svc.queries.metrics import after_sales_metrics

router = APIRouter(prefix="/v1/metrics", tags=["metrics"], route_class=ApiRoute)

DEFAULT_PERIOD = timedelta(days=30)
EARLIEST = datetime.min.replace(tzinfo=UTC)

From = Annotated[
    Time | None, Query(alias="from", description="The beginning, inclusive; 30 days before `to` by default.")
]
To = Annotated[Time | None, Query(description="The end, exclusive; now by default.")]


@router.get(
    "/after-sales",
    operation_id="getAfterSalesMetrics",
    response_model=FiguresOut,
    responses=refusals(PeriodInvalid),
    dependencies=[require_role("admin", "agent", "arbitrator")],
)
async def get_after_sales_metrics(reader: Read, from_: From = None, to: To = None) -> FiguresOut:
    """Counts, amounts, durations and scores of a period: of the cases requested, the refunds paid, the disputes opened and
    the ratings given in it."""
    start, end = _period(reader, from_, to)
    return FiguresOut.of(start, end, await after_sales_metrics(reader, start, end))


@router.get(
    "/couriers",
    operation_id="getCourierMetrics",
    response_model=CouriersOut,
    responses=refusals(PeriodInvalid),
    dependencies=[require_role("admin", "agent", "arbitrator")],
)
async def get_courier_metrics(
    reader: Read,
    from_: From = None,
    to: To = None,
    leg: Annotated[
        Code | None,
        Query(description="Only parcels that go this way: `outbound`, `return`, `exchange` or `refused_goods`."),
    ] = None,
) -> CouriersOut:
    """Counts and durations by courier, of the parcels whose way ended in the period."""
    start, end = _period(reader, from_, to)
    return CouriersOut.of(start, end, await courier_metrics(reader, start, end, leg))


def _period(reader: Reader, from_: datetime | None, to: datetime | None) -> tuple[datetime, datetime]:
    """The beginning and the end of the period. Raises: PeriodInvalid."""
    end = to or reader.now
    start = from_ or max(end, EARLIEST + DEFAULT_PERIOD) - DEFAULT_PERIOD
    if start >= end:
        raise PeriodInvalid(pointer="/to")
    return start, end
