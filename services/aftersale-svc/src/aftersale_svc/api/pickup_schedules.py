"""When merchants have returned goods collected 取件时段: schedules in versions."""

from typing import Annotated

from aftercare_chassis.http.responses import refusals
from aftercare_chassis.http.routing import ApiRoute, Read, Tx, require_role
from aftercare_chassis.http.schemas import PrincipalId
from fastapi import APIRouter, Path

from aftersale_svc.api.schemas.pickups import PickupScheduleIn, PickupScheduleOut
from aftersale_svc.commands import pickup_schedules
from aftersale_svc.domain.cases.pickups.errors import PickupWindowsOverlap
from aftersale_svc.domain.deadlines.errors import TimeZoneUnknown
from aftersale_svc.queries import pickups as queries
from aftersale_svc.settings import Settings

router = APIRouter(prefix="/v1/merchants/{merchant_id}", tags=["merchants"], route_class=ApiRoute)
MerchantId = Annotated[PrincipalId, Path(description="The merchant, as in the tokens of its sellers.")]


@router.get(
    "/pickup-schedule",
    operation_id="getPickupSchedule",
    dependencies=[require_role("seller", "agent", "arbitrator", "admin")],
)
async def get_pickup_schedule(merchant_id: MerchantId, reader: Read[Settings]) -> PickupScheduleOut:
    """Get when a merchant has goods collected. Where it has set nothing, 404: the times of the platform hold."""
    return PickupScheduleOut.of(await queries.schedule(reader, merchant_id))


@router.put(
    "/pickup-schedule",
    operation_id="setPickupSchedule",
    responses=refusals(TimeZoneUnknown, PickupWindowsOverlap),
    dependencies=[require_role("seller")],
)
async def set_pickup_schedule(merchant_id: MerchantId, body: PickupScheduleIn, tx: Tx[Settings]) -> PickupScheduleOut:
    """Set when the goods of a merchant are collected, as the next version of its schedule. What is booked already stays booked."""
    saved = await pickup_schedules.set_schedule(
        tx,
        merchant_id,
        time_zone=body.time_zone,
        lead_hours=body.lead_hours,
        days_ahead=body.days_ahead,
        windows=[each.document() for each in body.windows],
    )
    return PickupScheduleOut.of(saved)
