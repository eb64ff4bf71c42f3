"""Virtual goods 虚拟商品: delivered without a parcel."""

from typing import Annotated

from aftercare_chassis.http.responses import refusals
from aftercare_chassis.http.routing import ApiRoute, Tx, require_action
from aftercare_chassis.http.schemas import Id
from aftercare_chassis.lifecycle import IllegalTransition
from fastapi import APIRouter, Path

from order_svc.api.schemas.orders import OrderDetailOut
from order_svc.api.schemas.virtual_goods import DeliverVirtualIn
from order_svc.commands.orders import fulfilments
from order_svc.domain.errors import DuplicateLine, QuantityExceedsShippable, UnitsHeldByCase, UnknownLine
from order_svc.domain.lifecycle import ORDER, OrderAction
from order_svc.domain.sales.errors import NotVirtual
from order_svc.queries import orders as queries
from order_svc.settings import Settings

router = APIRouter(prefix="/v1/orders", tags=["orders"], route_class=ApiRoute)


@router.post(
    "/{order_id}/deliver-virtual",
    operation_id="deliverVirtualGoods",
    responses=refusals(
        IllegalTransition, UnknownLine, DuplicateLine, QuantityExceedsShippable, UnitsHeldByCase, NotVirtual
    ),
    dependencies=[require_action(ORDER, OrderAction.DELIVER_VIRTUAL)],
)
async def deliver_virtual_goods(
    order_id: Annotated[Id, Path(description="The id of the order.")], body: DeliverVirtualIn, tx: Tx[Settings]
) -> OrderDetailOut:
    """Record that virtual units were delivered to the buyer. An order of which nothing else is left is delivered then."""
    delivered = await fulfilments.deliver_virtual(tx, order_id, picks=body.picks())
    return OrderDetailOut.of(await queries.order_view(tx, delivered), tx.actor)
