"""When merchants have returned goods collected 取件时段: schedules in versions."""

from aftercare_chassis.http.responses import refusals
from aftercare_chassis.http.routing import Tx, require_role
from aftercare_chassis.http.schemas import PageOut

from aftersale_svc.api.cases.merchant_settings import MerchantId, ReadRoutes, merchants_router
from aftersale_svc.api.schemas.goods.pickups import PickupScheduleIn, PickupScheduleOut
from aftersale_svc.commands.goods import pickup_schedules
from aftersale_svc.domain.cases.pickups.errors import PickupWindowsOverlap
from aftersale_svc.domain.deadlines.errors import TimeZoneUnknown
from aftersale_svc.domain.merchant_settings.model import SettingKind
from aftersale_svc.settings import Settings

router = merchants_router()
ReadRoutes(
    kind=SettingKind.PICKUP_SCHEDULE,
    path="pickup-schedule",
    name="PickupSchedule",
    out=PickupScheduleOut,
    page=PageOut[PickupScheduleOut],
    shape=PickupScheduleOut.of,
    in_force="Get when a merchant has goods collected. Where it has set nothing, 404: the times of the platform hold.",
    what="the schedule of a merchant",
).add_to(router)


@router.put(
    "/pickup-schedule",
    operation_id="setPickupSchedule",
    responses=refusals(TimeZoneUnknown, PickupWindowsOverlap),
    dependencies=[require_role("seller")],
)
async def set_pickup_schedule(merchant_id: MerchantId, body: PickupScheduleIn, tx: Tx[Settings]) -> PickupScheduleOut:
    """Set when the goods of a merchant are collected, as the next version of its schedule. What is booked already stays booked."""
    return PickupScheduleOut.of(await pickup_schedules.set_schedule(tx, merchant_id, body.content()))
