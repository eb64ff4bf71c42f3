"""The times in which goods can be collected, and the schedules that they come from."""

from aftercare_chassis.database.transaction import Reader
from aftercare_chassis.refusals import NotFound

from aftersale_svc.domain.cases.pickups.model import PickupPlan, PickupSchedule, PickupSlot
from aftersale_svc.domain.cases.pickups.slots import PLATFORM_PLAN, slots, until
from aftersale_svc.domain.deadlines.timing import calendar_of_merchant
from aftersale_svc.settings import Settings
from aftersale_svc.tables.cases import CASES
from aftersale_svc.tables.pickups import PICKUP_SCHEDULES, SCHEDULE_IN_FORCE, SCHEDULE_OF, TAKEN


async def free_slots(read: Reader[Settings], case_id: str) -> tuple[PickupPlan, list[PickupSlot]]:
    """The slots that can be booked now for this case, and the schedule that they are of. Raises: NotFound."""
    case = await read.get(CASES, case_id)
    schedule = await read.one(SCHEDULE_IN_FORCE, merchant_id=case.merchant_id)
    plan = PLATFORM_PLAN if schedule is None else schedule.plan
    taken = await read.all(TAKEN, merchant_id=case.merchant_id, since=read.now, until=until(plan, read.now))
    calendar = calendar_of_merchant(read.timing, case.merchant_id)
    return plan, slots(plan, calendar, read.now, {each["begins_at"]: each["taken"] for each in taken})


async def schedule(read: Reader[Settings], merchant_id: str) -> PickupSchedule:
    """The schedule that a merchant has set. Raises: NotFound."""
    found = await read.one(SCHEDULE_OF, merchant_id=merchant_id)
    if found is None:
        raise NotFound(what=PICKUP_SCHEDULES.name)
    return found
