"""What may be asked for about an order."""

from typing import Annotated

from aftercare_chassis.http.responses import refusals
from aftercare_chassis.http.routing import ApiRoute, Read
from aftercare_chassis.http.schemas import Id
from fastapi import APIRouter, Path

from aftersale_svc import queries
from aftersale_svc.api.schemas.cases.options import OrderOptionsOut
from aftersale_svc.domain.orders.errors import OrderUnknown
from aftersale_svc.settings import Settings

router = APIRouter(prefix="/v1/orders", tags=["after-sale options"], route_class=ApiRoute)
OrderId = Annotated[Id, Path(description="The id of the order, as order-svc shows it.")]


@router.get("/{order_id}/after-sale-options", operation_id="getAfterSaleOptions", responses=refusals(OrderUnknown))
async def get_after_sale_options(order_id: OrderId, reader: Read[Settings]) -> OrderOptionsOut:
    """Show what may be asked for now about each line of an order, and why not the rest.

    An option is allowed exactly if `POST /v1/cases` accepts it now. An order that is not known here as paid is 404
    `order_unknown`: its events may still be on their way.
    """
    return OrderOptionsOut.of(await queries.after_sale_options(reader, order_id))
