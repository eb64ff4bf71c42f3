"""Parcels 包裹: shipped, sent back or exchanged, with the scans that couriers report."""

from typing import Annotated

from aftercare_chassis.http.responses import refusals
from aftercare_chassis.http.routing import ApiRoute, Read, Tx, require_action, require_role
from aftercare_chassis.http.schemas import Cursor, Id, Limit, PageOut
from aftercare_chassis.lifecycle import IllegalTransition
from aftercare_events.waybills import WaybillInput
from fastapi import APIRouter, Path, Query

from order_svc.api.schemas.parcels import ParcelDetailOut, ParcelIn, ParcelOut, RecordDeliveryIn, RecordLossIn, VoidIn
from order_svc.commands.parcels import contested_receivers, recorded_ends, shipments, voids
from order_svc.domain.anomalies.errors import ReceiverNotOther
from order_svc.domain.errors import DuplicateLine, QuantityExceedsShippable, UnitsHeldByCase, UnknownLine, WaybillTaken
from order_svc.domain.lifecycle import ORDER, OrderAction
from order_svc.domain.recorded_ends import DeliveredAtUnfit, DeliveryNotOverdue, ParcelNotAwaited
from order_svc.domain.sales.errors import VirtualGoods
from order_svc.domain.tracking import ParcelLeg, ParcelStatus
from order_svc.domain.voids import ParcelClaimed, ParcelNotVoidable, ParcelScanned
from order_svc.queries import parcels as queries
from order_svc.settings import Settings

router = APIRouter(prefix="/v1", tags=["parcels"], route_class=ApiRoute)
OrderId = Annotated[Id, Path(description="The id of the order.")]
ParcelId = Annotated[Id, Path(description="The id of the parcel.")]
ASK_COURIER = VoidIn()


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


@router.post(
    "/parcels/{parcel_id}/void",
    operation_id="voidParcel",
    responses=refusals(ParcelScanned, ParcelNotVoidable, ParcelClaimed, IllegalTransition),
    dependencies=[require_role("seller")],
)
async def void_parcel(parcel_id: ParcelId, tx: Tx[Settings], body: VoidIn = ASK_COURIER) -> ParcelDetailOut:
    """Give the shipment of a parcel up that no courier has: its units may be packed and shipped again.

    Where the waybill is of a label, the courier is asked to cancel it, and the parcel is `cancelled` (`voided`) once it agrees; `label` shows
    how far that is, and why the courier refuses. From the courier's first scan on there are only intercepts.
    """
    voided = await voids.void(tx, parcel_id, cancelled_with_courier=body.cancelled_with_courier)
    return ParcelDetailOut.showing(await queries.parcel_view(tx, voided))


@router.post(
    "/parcels/{parcel_id}/contest-receiver",
    operation_id="contestReceiver",
    responses=refusals(ReceiverNotOther),
    dependencies=[require_role("buyer", "seller", "agent")],
)
async def contest_receiver(parcel_id: ParcelId, tx: Tx[Settings]) -> ParcelDetailOut:
    """State that who has signed for the buyer was not authorised, or that the buyer does not have the parcel: an anomaly (`other_receiver`).

    A case whose buyer states that its goods did not arrive does so by itself.
    """
    return ParcelDetailOut.showing(await queries.parcel_view(tx, await contested_receivers.contest(tx, parcel_id)))


@router.post(
    "/parcels/{parcel_id}/record-delivery",
    operation_id="recordDelivery",
    responses=refusals(IllegalTransition, DeliveryNotOverdue, ParcelNotAwaited, DeliveredAtUnfit),
    dependencies=[require_action(ORDER, OrderAction.RECORD_DELIVERY)],
)
async def record_delivery(parcel_id: ParcelId, body: RecordDeliveryIn, tx: Tx[Settings]) -> ParcelDetailOut:
    """Record that a parcel on its way to the buyer has arrived, though its courier does not report it: by an agent, and by the merchant
    once its delivery is overdue.

    The order goes on as by a scan of the courier. The buyer who does not have it opens a case.
    """
    recorded = await recorded_ends.record_delivery(
        tx, parcel_id, evidence=body.evidence, delivered_at=body.delivered_at
    )
    return ParcelDetailOut.showing(await queries.parcel_view(tx, recorded))


@router.post(
    "/parcels/{parcel_id}/record-loss",
    operation_id="recordLoss",
    responses=refusals(IllegalTransition, DeliveryNotOverdue, ParcelNotAwaited),
    dependencies=[require_action(ORDER, OrderAction.RECORD_LOSS)],
)
async def record_loss(parcel_id: ParcelId, body: RecordLossIn, tx: Tx[Settings]) -> ParcelDetailOut:
    """Record that a parcel on its way to the buyer is lost, though its courier does not report it: an anomaly (`lost`), and its units are
    refunded by a case. By an agent, and by the merchant once its delivery is overdue."""
    return ParcelDetailOut.showing(
        await queries.parcel_view(tx, await recorded_ends.record_loss(tx, parcel_id, evidence=body.evidence))
    )


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
