"""Packing orders: the merchant's step between payment and shipment."""

from aftercare_chassis.http.responses import refusals
from aftercare_chassis.http.routing import ApiRoute, Tx, require_action
from aftercare_chassis.lifecycle import IllegalTransition
from fastapi import APIRouter

from order_svc.api.parameters import OrderId
from order_svc.api.schemas.orders import OrderDetailOut
from order_svc.api.schemas.packing import PackIn
from order_svc.commands.orders import packing
from order_svc.domain.errors import (
    AlreadyPacked,
    DuplicateLine,
    NothingLeftToShip,
    NotPacked,
    QuantityExceedsShippable,
    UnitsHeldByCase,
    UnknownLine,
)
from order_svc.domain.lifecycle import ORDER, OrderAction
from order_svc.domain.sales.errors import VirtualGoods
from order_svc.queries import orders as queries
from order_svc.settings import Settings

router = APIRouter(prefix="/v1/orders", tags=["orders"], route_class=ApiRoute)
EVERYTHING = PackIn()


@router.post(
    "/{order_id}/pack",
    operation_id="packOrder",
    responses=refusals(
        IllegalTransition,
        NothingLeftToShip,
        AlreadyPacked,
        UnknownLine,
        DuplicateLine,
        VirtualGoods,
        QuantityExceedsShippable,
        UnitsHeldByCase,
    ),
    dependencies=[require_action(ORDER, OrderAction.PACK)],
)
async def pack_order(order_id: OrderId, tx: Tx[Settings], body: PackIn = EVERYTHING) -> OrderDetailOut:
    """Record that the goods are packed, or what is left of them. Until they have left or are unpacked the address is fixed, and the buyer
    cancels through a case.

    An order may be shipped without this step.
    """
    packed = await packing.pack(tx, order_id, packages=body.content())
    return OrderDetailOut.of(await queries.order_view(tx, packed), tx.actor)


@router.post(
    "/{order_id}/unpack",
    operation_id="unpackOrder",
    responses=refusals(IllegalTransition, NothingLeftToShip, NotPacked),
    dependencies=[require_action(ORDER, OrderAction.UNPACK)],
)
async def unpack_order(order_id: OrderId, tx: Tx[Settings]) -> OrderDetailOut:
    """Record that the goods are out of their packages again."""
    return OrderDetailOut.of(await queries.order_view(tx, await packing.unpack(tx, order_id)), tx.actor)
