"""The times in which goods can be collected."""

from aftercare_chassis.database.transaction import Reader

from aftersale_svc.domain.cases.pickups.model import PickupPlan, PickupSlot
from aftersale_svc.domain.cases.pickups.slots import PLATFORM_PLAN, slots, until
from aftersale_svc.domain.deadlines.timing import calendar_of_merchant
from aftersale_svc.domain.merchant_settings.model import SettingKind
from aftersale_svc.settings import Settings
from aftersale_svc.tables.cases.cases import CASES
from aftersale_svc.tables.cases.merchant_settings import SETTING_IN_FORCE
from aftersale_svc.tables.goods.pickups import TAKEN


async def free_slots(read: Reader[Settings], case_id: str) -> tuple[PickupPlan, list[PickupSlot]]:
    """The slots that can be booked now for this case, and the schedule that they are of. Raises: NotFound."""
    case = await read.get(CASES, case_id)
    found = await read.one(SETTING_IN_FORCE, merchant_id=case.merchant_id, kind=SettingKind.PICKUP_SCHEDULE)
    plan = PLATFORM_PLAN if found is None else PickupPlan.of(found.version, found.content)
    taken = await read.all(TAKEN, merchant_id=case.merchant_id, since=read.now, until=until(plan, read.now))
    calendar = calendar_of_merchant(read.timing, case.merchant_id)
    return plan, slots(plan, calendar, read.now, {each["begins_at"]: each["taken"] for each in taken})
