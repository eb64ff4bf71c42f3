"""The schedules of pickups: what merchants set, and the room that a time has."""

from collections.abc import Sequence
from datetime import datetime
from json import dumps
from typing import Any

from aftercare_chassis.database.transaction import Transaction
from aftercare_events import PickupScheduleSet, digest, trace_fields

from aftersale_svc.commands.case_rules import check_merchant
from aftersale_svc.domain.cases.pickups.model import PickupPlan, PickupSchedule, PickupScheduleVersion, PickupSlot
from aftersale_svc.domain.cases.pickups.slots import PLATFORM_PLAN, bookable, check_plan, check_room
from aftersale_svc.domain.deadlines.timing import calendar_of_merchant
from aftersale_svc.settings import Settings
from aftersale_svc.tables.pickups import (
    LOCK_SLOT,
    PICKUP_SCHEDULE_VERSIONS,
    PICKUP_SCHEDULES,
    SCHEDULE_IN_FORCE,
    SCHEDULE_OF,
    TAKEN,
)


async def set_schedule(
    tx: Transaction[Settings],
    merchant_id: str,
    *,
    time_zone: str,
    lead_hours: int,
    days_ahead: int,
    windows: Sequence[dict[str, Any]],  # Any: a JSON document
) -> PickupSchedule:
    """Set the schedule of a merchant as its next version. Pickups that are booked stay as they are.

    Raises:
        NotFound: the actor acts for another merchant.
        Stale: the request's If-Match names another version.
        TimeZoneUnknown, PickupWindowsOverlap: see `check_plan`.
    """
    check_merchant(tx, merchant_id)
    known = await tx.one(SCHEDULE_OF, merchant_id=merchant_id)
    if known is None:
        tx.check_condition()
    else:
        known = await tx.lock(PICKUP_SCHEDULES, known.id)
    row = PickupSchedule(
        id=tx.new_id("psc") if known is None else known.id,
        version=0 if known is None else known.version,
        merchant_id=merchant_id,
        time_zone=time_zone,
        lead_hours=lead_hours,
        days_ahead=days_ahead,
        windows=list(windows),
        set_by=tx.actor.id,
        set_at=tx.now,
    )
    check_plan(row.plan)
    saved = await (tx.create if known is None else tx.save)(PICKUP_SCHEDULES, row, _event(tx, row))
    await tx.insert(PICKUP_SCHEDULE_VERSIONS, _version(saved))
    return saved


def _version(row: PickupSchedule) -> PickupScheduleVersion:
    return PickupScheduleVersion(
        schedule_id=row.id,
        version=row.version,
        merchant_id=row.merchant_id,
        time_zone=row.time_zone,
        lead_hours=row.lead_hours,
        days_ahead=row.days_ahead,
        windows=row.windows,
        set_by=row.set_by,
        set_at=row.set_at,
    )


def _event(tx: Transaction[Settings], row: PickupSchedule) -> PickupScheduleSet:
    text = dumps([row.time_zone, row.lead_hours, row.days_ahead, row.windows], sort_keys=True, separators=(",", ":"))
    return PickupScheduleSet(
        **trace_fields(tx, affected_party=row.merchant_id, applicant=tx.actor.id, result="set"),
        setting_id=row.id,
        merchant_id=row.merchant_id,
        schedule_version=row.version + 1,
        window_count=len(row.windows),
        schedule_hash=digest(text),
    )


async def free_slot(tx: Transaction[Settings], merchant_id: str, begins_at: datetime) -> tuple[PickupSlot, int]:
    """The slot of a merchant that begins then, with room for one more pickup, and the version of the schedule that it is of.

    The slot is locked until the end of the transaction, so that nobody else books the same room.

    Raises:
        PickupSlotUnknown: there is no such slot, or it cannot be booked now.
        PickupSlotFull: it has no room.
    """
    schedule = await tx.one(SCHEDULE_IN_FORCE, merchant_id=merchant_id)
    plan: PickupPlan = PLATFORM_PLAN if schedule is None else schedule.plan
    slot, window = bookable(plan, calendar_of_merchant(tx.timing, merchant_id), tx.now, begins_at)
    await tx.one(LOCK_SLOT, slot_of=f"pickup {merchant_id} {slot.begins_at.isoformat()}")
    taken = await tx.one(TAKEN, merchant_id=merchant_id, since=slot.begins_at, until=slot.begins_at)
    check_room(window, 0 if taken is None else taken["taken"])
    return slot, plan.version
