"""Parcels 包裹: shipped, sent back or exchanged, with the scans that couriers report."""

from typing import Annotated

from aftercare_chassis.http.responses import refusals
from aftercare_chassis.http.routing import ApiRoute, Read, Tx, require_action
from aftercare_chassis.http.schemas import Cursor, Id, Limit, PageOut
from aftercare_chassis.lifecycle import IllegalTransition
from aftercare_events.waybills import WaybillInput
from fastapi import APIRouter, Path, Query

from order_svc import queries
from order_svc.api.schemas.parcels import ParcelDetailOut, ParcelIn, ParcelOut
from order_svc.commands.parcels import shipments
from order_svc.domain.errors import DuplicateLine, QuantityExceedsShippable, UnitsHeldByCase, UnknownLine, WaybillTaken
from order_svc.domain.lifecycle import ORDER, OrderAction
from order_svc.domain.sales.errors import VirtualGoods
from order_svc.domain.tracking import ParcelLeg, ParcelStatus
from order_svc.settings import Settings

router = APIRouter(prefix="/v1", tags=["parcels"], route_class=ApiRoute)
OrderId = Annotated[Id, Path(description="The id of the order.")]
ParcelId = Annotated[Id, Path(description="The id of the parcel.")]


@router.post(
    "/orders/{order_id}/parcels",
    operation_id="shipParcel",
    status_code=201,
    responses=refusals(
        IllegalTransition,
        UnknownLine,
        DuplicateLine,
        QuantityExceedsShippable,
        UnitsHeldByCase,
        WaybillTaken,
        VirtualGoods,
    ),
    dependencies=[require_action(ORDER, OrderAction.SHIP)],
)
async def ship_parcel(order_id: OrderId, body: ParcelIn, tx: Tx[Settings]) -> ParcelDetailOut:
    """Register a parcel that was handed to a courier. An order may be shipped in several parcels.

    Units that an open after-sale case holds cannot be shipped until the case has ended (409 `units_held_by_case`).
    """
    parcel = await shipments.ship(
        tx,
        order_id,
        carrier=body.carrier,
        waybill_no=body.waybill_no,
        picks=body.picks(),
        reference=body.reference,
    )
    return ParcelDetailOut.showing(await queries.parcel_view(tx, parcel))


@router.get("/parcels", operation_id="listParcels")
async def list_parcels(
    reader: Read[Settings],
    order_id: Annotated[Id | None, Query(description="Only parcels of this order.")] = None,
    waybill_no: Annotated[
        WaybillInput | None, Query(description="Only parcels with this number of the courier, however it is written.")
    ] = None,
    leg: Annotated[ParcelLeg | None, Query(description="Only parcels that go this way.")] = None,
    status: Annotated[ParcelStatus | None, Query(description="Only parcels with this status.")] = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> PageOut[ParcelOut]:
    """Parcels, newest first."""
    filters = {"order_id": order_id, "waybill_no": waybill_no, "leg": leg, "status": status}
    return PageOut[ParcelOut].of(await queries.parcels(reader, limit, cursor, **filters), ParcelOut.of)


@router.get("/parcels/{parcel_id}", operation_id="getParcel")
async def get_parcel(parcel_id: ParcelId, reader: Read[Settings]) -> ParcelDetailOut:
    """A parcel with its content and every scan, in the order in which the scans happened."""
    return ParcelDetailOut.showing(await queries.parcel(reader, parcel_id))
