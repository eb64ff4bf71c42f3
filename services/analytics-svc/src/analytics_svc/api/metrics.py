"""`/v1/metrics`: figures computed from events alone."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

from aftercare_chassis.http.responses import refusals
from aftercare_chassis.http.routing import ApiRoute, Read, require_role
from aftercare_chassis.http.schemas import Time
from fastapi import APIRouter, Query

from analytics_svc import queries
from analytics_svc.api.schemas import FiguresOut
from analytics_svc.domain.errors import EmptyPeriod

router = APIRouter(prefix="/v1/metrics", tags=["metrics"], route_class=ApiRoute)

MONTH = timedelta(days=30)
EARLIEST = datetime.min.replace(tzinfo=UTC)

From = Annotated[Time | None, Query(alias="from", description="Inclusive; 30 days before `to` when absent.")]
To = Annotated[Time | None, Query(description="Exclusive; now when absent.")]


@router.get(
    "/after-sales",
    operation_id="getAfterSalesMetrics",
    response_model=FiguresOut,
    responses=refusals(EmptyPeriod),
    dependencies=[require_role("admin", "agent", "arbitrator")],
)
async def get_after_sales_metrics(reader: Read, from_: From = None, to: To = None) -> FiguresOut:
    """Cases, refunds, times, disputes and ratings of a period."""
    end = to or reader.now
    start = from_ or max(end, EARLIEST + MONTH) - MONTH
    if start >= end:
        raise EmptyPeriod(pointer="/to")
    return FiguresOut.of(start, end, await queries.figures(reader, start, end))
