"""Pickups of returned goods 上门取件: booked, moved, cancelled, collected, missed."""

from aftercare_chassis.http.routing import ApiRoute, Read, Tx
from fastapi import APIRouter

from aftersale_svc.api.parameters import CaseId
from aftersale_svc.api.schemas.cases.case_requests import NoteIn
from aftersale_svc.api.schemas.cases.cases import CaseOut
from aftersale_svc.api.schemas.goods.pickups import BookPickupIn, MovePickupIn, PickupSlotsOut, PickupWaybillIn
from aftersale_svc.api.steps import step
from aftersale_svc.commands.goods import pickups
from aftersale_svc.domain.cases.errors import WaybillInUse
from aftersale_svc.domain.cases.lifecycle import CASE
from aftersale_svc.domain.cases.model import CaseAction
from aftersale_svc.domain.cases.pickups.errors import (
    PickupBegun,
    PickupDestinationUnknown,
    PickupNotBegun,
    PickupSlotFull,
    PickupSlotUnchanged,
    PickupSlotUnknown,
    PickupsUsedUp,
)
from aftersale_svc.queries import pickups as queries
from aftersale_svc.settings import Settings

router = APIRouter(prefix="/v1/cases", tags=["cases"], route_class=ApiRoute)
NO_NOTE = NoteIn()


@router.get("/{case_id}/pickup-slots", operation_id="getPickupSlots")
async def get_pickup_slots(case_id: CaseId, reader: Read[Settings]) -> PickupSlotsOut:
    """List the times in which the goods of the case can be collected, by the merchant's schedule, with the room that they have."""
    return PickupSlotsOut.of(*await queries.free_slots(reader, case_id))


@router.post(
    "/{case_id}/book-pickup",
    **step(
        CASE.values(),
        CaseAction.BOOK_PICKUP,
        "bookPickup",
        PickupDestinationUnknown,
        PickupsUsedUp,
        PickupSlotUnknown,
        PickupSlotFull,
    ),
)
async def book_pickup(case_id: CaseId, body: BookPickupIn, tx: Tx[Settings]) -> CaseOut:
    """Book a pickup as the buyer, who has still to send the goods. The buyer's time to ship stops until it has taken place.

    Where the courier does not come, the buyer has the whole time again; where the buyer is not there, what was left of it. Two pickups
    may be missed by the buyer, and six times booked or moved; then the goods are sent by another courier (`ship`).
    """
    booked = await pickups.book(
        tx, case_id, begins_at=body.slot, address=body.address.stored() if body.address else None, note=body.note
    )
    return CaseOut.seen(booked, tx)


@router.post(
    "/{case_id}/move-pickup",
    **step(
        CASE.values(),
        CaseAction.MOVE_PICKUP,
        "movePickup",
        PickupsUsedUp,
        PickupBegun,
        PickupSlotUnchanged,
        PickupSlotUnknown,
        PickupSlotFull,
    ),
)
async def move_pickup(case_id: CaseId, body: MovePickupIn, tx: Tx[Settings]) -> CaseOut:
    """Move the pickup to another time, as the buyer, before the booked one begins."""
    return CaseOut.seen(await pickups.move(tx, case_id, begins_at=body.slot, note=body.note), tx)


@router.post("/{case_id}/cancel-pickup", **step(CASE.values(), CaseAction.CANCEL_PICKUP, "cancelPickup", PickupBegun))
async def cancel_pickup(case_id: CaseId, tx: Tx[Settings], body: NoteIn = NO_NOTE) -> CaseOut:
    """Cancel the pickup as the buyer, before its time begins. The buyer's time to ship goes on."""
    return CaseOut.seen(await pickups.cancel(tx, case_id, note=body.note), tx)


@router.post(
    "/{case_id}/give-pickup-waybill",
    **step(CASE.values(), CaseAction.GIVE_PICKUP_WAYBILL, "givePickupWaybill", WaybillInUse),
)
async def give_pickup_waybill(case_id: CaseId, body: PickupWaybillIn, tx: Tx[Settings]) -> CaseOut:
    """Name the waybill of the pickup before it takes place. The courier's first scan under it then moves the case on."""
    named = await pickups.give_waybill(tx, case_id, carrier=body.carrier, waybill_no=body.waybill_no, note=body.note)
    return CaseOut.seen(named, tx)


@router.post(
    "/{case_id}/collect-pickup",
    **step(CASE.values(), CaseAction.COLLECT_PICKUP, "collectPickup", PickupNotBegun, WaybillInUse),
)
async def collect_pickup(case_id: CaseId, body: PickupWaybillIn, tx: Tx[Settings]) -> CaseOut:
    """Record that the courier has collected the goods, under this waybill: from 24 hours before the booked time on."""
    collected = await pickups.collect(tx, case_id, carrier=body.carrier, waybill_no=body.waybill_no, note=body.note)
    return CaseOut.seen(collected, tx)


@router.post("/{case_id}/miss-pickup", **step(CASE.values(), CaseAction.MISS_PICKUP, "missPickup", PickupNotBegun))
async def miss_pickup(case_id: CaseId, tx: Tx[Settings], body: NoteIn = NO_NOTE) -> CaseOut:
    """Say that the courier has not collected the goods, once the booked time has begun. The buyer may book again."""
    return CaseOut.seen(await pickups.miss(tx, case_id, note=body.note), tx)


@router.post(
    "/{case_id}/report-absence", **step(CASE.values(), CaseAction.REPORT_ABSENCE, "reportAbsence", PickupNotBegun)
)
async def report_absence(case_id: CaseId, tx: Tx[Settings], body: NoteIn = NO_NOTE) -> CaseOut:
    """Say that the buyer was not there when the courier came, once the booked time has begun. The second time is the last one."""
    return CaseOut.seen(await pickups.report_absence(tx, case_id, note=body.note), tx)
