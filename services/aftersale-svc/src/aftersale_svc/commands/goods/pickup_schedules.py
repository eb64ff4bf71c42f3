"""The schedules of pickups: what merchants set, and the room that a time has."""

from datetime import datetime

from aftercare_chassis.database.transaction import Transaction

from aftersale_svc.commands.cases import merchant_settings
from aftersale_svc.domain.cases.pickups.model import PickupPlan, PickupSlot
from aftersale_svc.domain.cases.pickups.slots import PLATFORM_PLAN, bookable, check_plan, check_room
from aftersale_svc.domain.deadlines.timing import calendar_of_merchant
from aftersale_svc.domain.merchant_settings.model import Content, MerchantSetting, SettingKind
from aftersale_svc.settings import Settings
from aftersale_svc.tables.cases.merchant_settings import SETTING_IN_FORCE
from aftersale_svc.tables.goods.pickups import LOCK_SLOT, TAKEN


async def set_schedule(tx: Transaction[Settings], merchant_id: str, schedule: Content) -> MerchantSetting:
    """Set the schedule of a merchant as its next version. Pickups that are booked stay as they are.

    Raises:
        NotFound, Stale: see `merchant_settings.put`.
        TimeZoneUnknown, PickupWindowsOverlap: see `check_plan`.
    """
    check_plan(PickupPlan.of(0, schedule))
    return await merchant_settings.put(tx, merchant_id, SettingKind.PICKUP_SCHEDULE, schedule)


async def free_slot(tx: Transaction[Settings], merchant_id: str, begins_at: datetime) -> tuple[PickupSlot, int]:
    """The slot of a merchant that begins then, with room for one more pickup, and the version of the schedule that it is of.

    The slot is locked until the end of the transaction, so that nobody else books the same room.

    Raises:
        PickupSlotUnknown: there is no such slot, or it cannot be booked now.
        PickupSlotFull: it has no room.
    """
    found = await tx.one(SETTING_IN_FORCE, merchant_id=merchant_id, kind=SettingKind.PICKUP_SCHEDULE)
    plan = PLATFORM_PLAN if found is None else PickupPlan.of(found.version, found.content)
    slot, window = bookable(plan, calendar_of_merchant(tx.timing, merchant_id), tx.now, begins_at)
    await tx.one(LOCK_SLOT, slot_of=f"pickup {merchant_id} {slot.begins_at.isoformat()}")
    taken = await tx.one(TAKEN, merchant_id=merchant_id, since=slot.begins_at, until=slot.begins_at)
    check_room(window, 0 if taken is None else taken["taken"])
    return slot, plan.version
