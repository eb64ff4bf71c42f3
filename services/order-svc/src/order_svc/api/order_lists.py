"""Lists of orders."""

from typing import Annotated

from aftercare_chassis.http.responses import refusals
from aftercare_chassis.http.routing import ApiRoute, Read
from aftercare_chassis.http.schemas import Cursor, Limit, PageOut
from fastapi import APIRouter, Query

from order_svc.api.order_filters import Filtered
from order_svc.api.schemas.order_counts import OrderCountsOut
from order_svc.api.schemas.orders import OrderOut
from order_svc.domain.sorting import CurrencyMissing, OrderSort, RangeEmpty, SortUnsuitable
from order_svc.queries import order_lists
from order_svc.settings import Settings

router = APIRouter(prefix="/v1/orders", tags=["orders"], route_class=ApiRoute)


@router.get("", operation_id="listOrders", responses=refusals(CurrencyMissing, SortUnsuitable, RangeEmpty))
async def list_orders(
    reader: Read[Settings],
    wanted: Filtered,
    sort: Annotated[
        OrderSort,
        Query(
            description="By when they were placed (`newest`, `oldest`; paid or shipped, with a range of such a time and none of `created`), by the total in one `currency` (`amount`), or by `deadline`: the smallest first, with a minus the largest. `deadline` lists only orders that have one. What is found by `q`, an order or waybill number, goods, courier or provider is sorted by time."
        ),
    ] = OrderSort.NEWEST,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> PageOut[OrderOut]:
    """List the orders that the caller may see, newest first. Most filters may be repeated: `state=paid&state=shipped`."""
    page = await order_lists.orders(reader, wanted, limit=limit, cursor=cursor, sort=sort)
    return PageOut[OrderOut].of(page, lambda view: OrderOut.of(view, reader.actor))


@router.get("/counts", operation_id="countOrders")
async def count_orders(reader: Read[Settings]) -> OrderCountsOut:
    """Count the orders that the caller may see by their states, each up to 1000."""
    return OrderCountsOut.of(await order_lists.counts(reader))
