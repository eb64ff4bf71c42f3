"""Pickups of returned goods: booked, moved, cancelled, collected, missed."""

from datetime import datetime

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.records import replace
from aftercare_events import (
    ParcelStatusChanged,
    PickupBooked,
    PickupMissed,
    PickupMoved,
    PickupWaybillGiven,
    ReturnScanned,
    ReturnShipped,
)

from aftersale_svc.commands import effects, locking
from aftersale_svc.commands.deadlines.timers import case_timer
from aftersale_svc.commands.goods import open_pickups, waybills
from aftersale_svc.commands.goods.pickup_schedules import free_slot
from aftersale_svc.commands.record import case_fields, shipped_lines
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.lifecycle import apply, of, permits, sent_by
from aftersale_svc.domain.cases.model import CaseAction
from aftersale_svc.domain.cases.pickups.codes import PickupMissedBy, PickupState, ReturnMethod
from aftersale_svc.domain.cases.pickups.errors import (
    PickupSlotUnchanged,
)
from aftersale_svc.domain.cases.pickups.model import Pickup
from aftersale_svc.domain.cases.waybills import Receiver
from aftersale_svc.domain.orders.model import Order
from aftersale_svc.settings import Settings


async def book(
    tx: Transaction[Settings],
    case_id: str,
    *,
    begins_at: datetime,
    address: dict[str, str] | None,
    note: str | None = None,
) -> FullCase:
    """Book a pickup as the buyer, without `address` at the order's: the buyer's time to ship stops until it was collected, missed or cancelled.

    Raises:
        NotFound, Stale: see `locking.case`.
        IllegalTransition, ActionNotAllowed, PickupDestinationUnknown, PickupsUsedUp: see CASE.
        PickupSlotUnknown, PickupSlotFull: see `free_slot`.
    """
    full = await locking.case(tx, case_id)
    apply(_until(full, tx.now), CaseAction.BOOK_PICKUP, tx)  # a refusal of the table comes before those of the slot
    slot, version = await free_slot(tx, full.case.merchant_id, begins_at)
    known = full.pickup
    pickup = Pickup(
        case_id=case_id,
        merchant_id=full.case.merchant_id,
        state=PickupState.BOOKED,
        begins_at=slot.begins_at,
        ends_at=slot.ends_at,
        schedule_version=version,
        address=address,
        carrier=known.carrier if known else None,
        waybill_no=known.waybill_no if known else None,
        booked_at=tx.now,
    )
    pickup = pickup.counting_on(known)
    booked = apply(_until(full, slot.ends_at), CaseAction.BOOK_PICKUP, tx).keeping(pickup)
    event = PickupBooked(
        **case_fields(tx, booked.case),
        begins_at=slot.begins_at,
        ends_at=slot.ends_at,
        number=pickup.bookings,
        at_delivery_address=address is None,
        deadline_at=booked.case.deadline_at,
    )
    return await effects.save(tx, full, booked, CaseAction.BOOK_PICKUP, event, note=note)


async def move(tx: Transaction[Settings], case_id: str, *, begins_at: datetime, note: str | None = None) -> FullCase:
    """Move a pickup to another time as the buyer, before the booked one has begun.

    Raises:
        NotFound, Stale: see `locking.case`.
        IllegalTransition, ActionNotAllowed, PickupsUsedUp, PickupBegun: see CASE.
        PickupSlotUnchanged: it is the time that was booked.
        PickupSlotUnknown, PickupSlotFull: see `free_slot`.
    """
    full = await locking.case(tx, case_id)
    moved, before = apply(full, CaseAction.MOVE_PICKUP, tx), open_pickups.booked(full)
    if begins_at == before.begins_at:
        raise PickupSlotUnchanged(pointer="/slot")
    slot, version = await free_slot(tx, full.case.merchant_id, begins_at)
    pickup = replace(
        before,
        begins_at=slot.begins_at,
        ends_at=slot.ends_at,
        schedule_version=version,
        bookings=before.bookings + 1,
    )
    later = _until(moved, slot.ends_at)
    after = replace(later, case=of(later.case).reschedule(later.case, tx)).keeping(pickup)
    event = PickupMoved(
        **case_fields(tx, after.case),
        previous_begins_at=before.begins_at,
        begins_at=slot.begins_at,
        ends_at=slot.ends_at,
        number=pickup.bookings,
        deadline_at=after.case.deadline_at,
    )
    return await effects.save(tx, full, after, CaseAction.MOVE_PICKUP, event, note=note)


async def cancel(tx: Transaction[Settings], case_id: str, *, note: str | None = None) -> FullCase:
    """Cancel a pickup as the buyer before its time begins: the buyer's time to ship goes on.

    Raises:
        NotFound, Stale: see `locking.case`.
        IllegalTransition, ActionNotAllowed, PickupBegun: see CASE.
    """
    full = await locking.case(tx, case_id)
    cancelled = apply(full, CaseAction.CANCEL_PICKUP, tx)
    # That a pickup is cancelled where its case goes on without it is seen to for every action.
    return await effects.save(tx, full, cancelled, CaseAction.CANCEL_PICKUP, note=note)


async def give_waybill(
    tx: Transaction[Settings], case_id: str, *, carrier: str, waybill_no: str, note: str | None = None
) -> FullCase:
    """Name the waybill under which the goods will be collected; the courier's first scan under it collects them.

    Raises:
        NotFound, Stale: see `locking.case`.
        IllegalTransition, ActionNotAllowed: see CASE.
        WaybillInUse: see `waybills.check`.
    """
    full = await locking.case(tx, case_id)
    before = open_pickups.booked(apply(full, CaseAction.GIVE_PICKUP_WAYBILL, tx))
    await waybills.check(tx, full.case, carrier, waybill_no, Receiver.MERCHANT)
    after = replace(full, case=replace(full.case, updated_at=tx.now))
    event = waybill_given(tx, after, before, carrier, waybill_no)
    named = after.keeping(replace(before, carrier=carrier, waybill_no=waybill_no))
    return await effects.save(tx, full, named, CaseAction.GIVE_PICKUP_WAYBILL, event, note=note)


async def collect(
    tx: Transaction[Settings], case_id: str, *, carrier: str, waybill_no: str, note: str | None = None
) -> FullCase:
    """Record as the merchant, or as an agent, that the courier has collected the goods under this waybill.

    Raises:
        NotFound, Stale: see `locking.case`.
        IllegalTransition, ActionNotAllowed, PickupDayNotBegun: see CASE.
        WaybillInUse: see `waybills.check`.
    """
    full = await locking.case(tx, case_id)
    collected, before = _collected(tx, full, carrier, waybill_no), open_pickups.booked(full)
    await waybills.check(tx, full.case, carrier, waybill_no, Receiver.MERCHANT)
    known = before.waybill_no is None or (before.carrier, before.waybill_no) == (carrier, waybill_no)
    renamed = () if known else (waybill_given(tx, collected, before, carrier, waybill_no),)
    events = (*renamed, _shipped(tx, collected))
    return await effects.save(tx, full, collected, CaseAction.COLLECT_PICKUP, *events, note=note)


async def scanned(tx: Transaction[Settings], full: FullCase, event: ParcelStatusChanged) -> FullCase:
    """The locked case after a scan of its goods under the waybill of its pickup: the first one collects them."""
    pickup = full.pickup
    if pickup is None or (pickup.carrier, pickup.waybill_no) != (event.carrier, event.waybill_no):
        return full
    if not permits(full, CaseAction.COLLECT_PICKUP, tx):
        return full
    collected = _collected(tx, full, event.carrier, event.waybill_no)
    after = collected.keeping(replace(collected.return_, scanned_at=event.occurred_at))
    scan = ReturnScanned(
        **case_fields(tx, after.case),
        parcel_id=event.parcel_id,
        waybill_no=event.waybill_no,
        scanned_at=event.occurred_at,
        deadline_at=after.case.deadline_at,
    )
    return await effects.save(tx, full, after, CaseAction.COLLECT_PICKUP, _shipped(tx, after), scan)


async def miss(tx: Transaction[Settings], case_id: str, *, note: str | None = None) -> FullCase:
    """Say that the courier has missed the pickup: the buyer has the whole time to ship again.

    Raises:
        NotFound, Stale: see `locking.case`.
        IllegalTransition, ActionNotAllowed, PickupNotBegun: see CASE.
    """
    full = await locking.case(tx, case_id)
    return await _missed(tx, full, CaseAction.MISS_PICKUP, PickupMissedBy.COURIER, note)


@case_timer(CaseAction.MISS_PICKUP)
async def miss_locked(tx: Transaction[Settings], full: FullCase, _: Order) -> FullCase:
    """Take the pickup of a locked case for missed: its time is over, and nobody has said what became of it.

    Raises:
        IllegalTransition, ActionNotAllowed: see CASE.
    """
    return await _missed(tx, full, CaseAction.MISS_PICKUP, PickupMissedBy.UNKNOWN, None)


async def report_absence(tx: Transaction[Settings], case_id: str, *, note: str | None = None) -> FullCase:
    """Say as the merchant, or as an agent, that the buyer has missed the pickup: the buyer's time to ship goes on.

    Raises:
        NotFound, Stale: see `locking.case`.
        IllegalTransition, ActionNotAllowed, PickupNotBegun: see CASE.
    """
    full = await locking.case(tx, case_id)
    return await _missed(tx, full, CaseAction.REPORT_ABSENCE, PickupMissedBy.BUYER, note)


async def _missed(
    tx: Transaction[Settings], full: FullCase, action: CaseAction, by: PickupMissedBy, note: str | None
) -> FullCase:
    missed, before = apply(full, action, tx), open_pickups.booked(full)
    pickup = replace(
        before.ended(PickupState.MISSED, tx.now),
        missed_by=by,
        missed_by_buyer=before.missed_by_buyer + (by is PickupMissedBy.BUYER),
        missed_by_courier=before.missed_by_courier + (by is PickupMissedBy.COURIER),
    )
    after = open_pickups.without_time(missed).keeping(pickup)
    event = PickupMissed(
        **case_fields(tx, after.case), begins_at=before.begins_at, missed_by=by, deadline_at=after.case.deadline_at
    )
    return await effects.save(tx, full, after, action, event, note=note)


def _until(full: FullCase, ends_at: datetime) -> FullCase:
    """The case with a pickup that ends then, which its deadline is computed from."""
    return replace(full, case=replace(full.case, pickup_ends_at=ends_at))


def _collected(tx: Transaction[Settings], full: FullCase, carrier: str, waybill_no: str) -> FullCase:
    """The case whose goods the courier has, under this waybill."""
    moved = open_pickups.without_time(apply(sent_by(full, carrier), CaseAction.COLLECT_PICKUP, tx))
    booked = full.pickup or open_pickups.booked(full)
    pickup = replace(
        booked.ended(PickupState.COLLECTED, tx.now), carrier=carrier, waybill_no=waybill_no, missed_by=None
    )
    parcel = replace(
        full.return_,
        carrier=carrier,
        waybill_no=waybill_no,
        method=ReturnMethod.PICKUP,
        drop_off_point=None,
        scanned_at=None,
        delivered_at=None,
    )
    return moved.keeping(pickup).keeping(parcel)


def _shipped(tx: Transaction[Settings], full: FullCase) -> ReturnShipped:
    return ReturnShipped(
        **case_fields(tx, full.case),
        carrier=full.return_.carrier or "",
        waybill_no=full.return_.waybill_no or "",
        lines=shipped_lines(full.lines),
        deadline_at=full.case.deadline_at,
        method=full.return_.method,
    )


def waybill_given(
    tx: Transaction[Settings], full: FullCase, before: Pickup, carrier: str, waybill_no: str
) -> PickupWaybillGiven:
    """The event of a waybill that is named for a pickup, in place of the one before, if there is one."""
    return PickupWaybillGiven(
        **case_fields(tx, full.case),
        carrier=carrier,
        waybill_no=waybill_no,
        lines=shipped_lines(full.lines),
        previous_carrier=before.carrier,
        previous_waybill_no=before.waybill_no,
        deadline_at=full.case.deadline_at,
    )
