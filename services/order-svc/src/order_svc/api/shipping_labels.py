"""Labels 面单: shipments that are ordered of couriers, their pickups, and the files that are printed."""

from typing import Annotated

from aftercare_chassis.http.responses import refusals
from aftercare_chassis.http.routing import ApiRoute, Read, Tx, require_action, require_role
from aftercare_chassis.http.schemas import Cursor, Id, Limit, PageOut
from aftercare_chassis.lifecycle import IllegalTransition
from fastapi import APIRouter, Path, Query, Response

from order_svc.api.schemas.shipping_labels import LabelIn, LabelOut, PickupIn, ReturnLabelIn
from order_svc.commands.shipping import shipping_labels
from order_svc.domain.errors import DuplicateLine, QuantityExceedsShippable, UnitsHeldByCase, UnknownLine
from order_svc.domain.lifecycle import ORDER, OrderAction
from order_svc.domain.sales.errors import VirtualGoods
from order_svc.domain.shipping.errors import (
    CaseNotOfOrder,
    CountryNotServed,
    LabelCollected,
    LabelNotPrintable,
    LabelShipped,
    NoReturnAwaited,
    PickupTimeInvalid,
    ShippingAccountMissing,
)
from order_svc.domain.shipping.labels import LABEL, LabelAction, LabelState
from order_svc.queries import shipping as queries
from order_svc.settings import Settings

router = APIRouter(prefix="/v1", tags=["labels"], route_class=ApiRoute)
OrderId = Annotated[Id, Path(description="The id of the order.")]
LabelId = Annotated[Id, Path(description="The id of the label.")]
_READERS = [require_role("seller", "agent")]


@router.post(
    "/orders/{order_id}/labels",
    operation_id="orderLabel",
    status_code=201,
    responses=refusals(
        IllegalTransition,
        UnknownLine,
        DuplicateLine,
        VirtualGoods,
        QuantityExceedsShippable,
        UnitsHeldByCase,
        ShippingAccountMissing,
        CountryNotServed,
        PickupTimeInvalid,
    ),
    dependencies=[require_action(ORDER, OrderAction.SHIP)],
)
async def order_label(order_id: OrderId, body: LabelIn, tx: Tx[Settings]) -> LabelOut:
    """Order a shipment of the merchant's courier. Its units ship, as with `shipParcel`, when the waybill is assigned: once."""
    label = await shipping_labels.order_outbound(
        tx,
        order_id,
        carrier=body.carrier,
        courier=body.courier,
        picks=body.picks(),
        weight_grams=body.weight_grams,
        pickup=None if body.pickup is None else body.pickup.window(),
    )
    return LabelOut.of(label, tx.actor)


@router.post(
    "/orders/{order_id}/return-labels",
    operation_id="orderReturnLabel",
    status_code=201,
    responses=refusals(CaseNotOfOrder, NoReturnAwaited, ShippingAccountMissing, CountryNotServed, PickupTimeInvalid),
    dependencies=_READERS,
)
async def order_return_label(order_id: OrderId, body: ReturnLabelIn, tx: Tx[Settings]) -> LabelOut:
    """Order the shipment of what a buyer sends back for a case, from where it is collected to the merchant."""
    label = await shipping_labels.order_return(
        tx,
        order_id,
        case_id=body.case_id,
        carrier=body.carrier,
        courier=body.courier,
        weight_grams=body.weight_grams,
        pickup=None if body.pickup is None else body.pickup.window(),
        sender=None if body.sender is None else body.sender.contact(),
    )
    return LabelOut.of(label, tx.actor)


@router.get("/labels", operation_id="listLabels", dependencies=_READERS)
async def list_labels(
    read: Read,
    limit: Limit = 20,
    cursor: Cursor = None,
    order_id: Annotated[Id | None, Query(description="Only labels of this order.")] = None,
    case_id: Annotated[Id | None, Query(description="Only labels of returns for this case.")] = None,
    state: Annotated[LabelState | None, Query(description="Only labels in this state.")] = None,
) -> PageOut[LabelOut]:
    """Labels, newest first."""
    page = await queries.labels(read, limit, cursor, order_id=order_id, case_id=case_id, state=state)
    return PageOut[LabelOut].of(page, lambda label: LabelOut.of(label, read.actor))


@router.get("/labels/{label_id}", operation_id="getLabel", dependencies=_READERS)
async def get_label(label_id: LabelId, read: Read) -> LabelOut:
    """One label."""
    return LabelOut.of(await queries.label(read, label_id), read.actor)


@router.get(
    "/labels/{label_id}/file",
    operation_id="getLabelFile",
    response_class=Response,
    responses={
        **refusals(LabelNotPrintable),
        200: {
            "description": "The label, 100 by 150 millimetres.",
            "content": {"application/pdf": {"schema": {"type": "string", "contentMediaType": "application/pdf"}}},
        },
    },
    dependencies=_READERS,
)
async def get_label_file(label_id: LabelId, read: Read) -> Response:
    """The file of a label as PDF. It is made some seconds after the waybill is assigned, and deleted after some days."""
    label, file = await queries.label_file(read, label_id)
    if file is None:
        raise LabelNotPrintable(state=label.state)
    headers = {"Content-Disposition": f'inline; filename="{label.id}.pdf"', "Cache-Control": "no-store"}
    return Response(file.content, media_type="application/pdf", headers=headers)


@router.post(
    "/labels/{label_id}/cancel",
    operation_id="cancelLabel",
    responses=refusals(IllegalTransition, LabelCollected, LabelShipped),
    dependencies=[require_action(LABEL, LabelAction.CANCEL)],
)
async def cancel_label(label_id: LabelId, tx: Tx[Settings]) -> LabelOut:
    """Give up a shipment. Where the courier knows of it, the label is `cancelling` until the courier has agreed."""
    return LabelOut.of(await shipping_labels.cancel(tx, label_id), tx.actor)


@router.post(
    "/labels/{label_id}/change-pickup",
    operation_id="changePickup",
    responses=refusals(IllegalTransition, PickupTimeInvalid, LabelCollected),
    dependencies=[require_action(LABEL, LabelAction.CHANGE_PICKUP)],
)
async def change_pickup(label_id: LabelId, body: PickupIn, tx: Tx[Settings]) -> LabelOut:
    """Have the parcel collected at another time, or at all: the time counts once the courier has agreed."""
    return LabelOut.of(await shipping_labels.change_pickup(tx, label_id, window=body.window()), tx.actor)


@router.post(
    "/labels/{label_id}/give-up",
    operation_id="giveUpLabel",
    responses=refusals(IllegalTransition),
    dependencies=[require_action(LABEL, LabelAction.GIVE_UP)],
)
async def give_up_label(label_id: LabelId, tx: Tx[Settings]) -> LabelOut:
    """End a label whose outcome is unknown, after the courier has stated that there is no such shipment."""
    return LabelOut.of(await shipping_labels.give_up(tx, label_id), tx.actor)
