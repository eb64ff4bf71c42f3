"""Parcels as couriers report them: every scan is kept, and a parcel follows the scans that belong to it."""

from dataclasses import replace
from datetime import datetime, timedelta

from aftercare_chassis.database.transaction import Transaction
from aftercare_events import ParcelStatusChanged

from order_svc.commands import effects, order_units
from order_svc.commands.record import parcel_fields
from order_svc.domain import tracking, waybills
from order_svc.domain.tracking import Parcel, ParcelLeg, ParcelScan, ParcelStatus, Scan
from order_svc.domain.waybills import TrackedParcel, Waybill
from order_svc.settings import Settings
from order_svc.tables.orders import ORDERS
from order_svc.tables.parcels import (
    COPY_SCANS,
    PARCEL_SCANS,
    PARCELS,
    PARCELS_OF_WAYBILL,
    PARCELS_OF_WAYBILL_LOCKED,
    SCANS_OF_WAYBILL,
)


async def apply_scan(tx: Transaction[Settings], carrier: str | None, waybill_no: str, scan: Scan) -> int:
    """Keep a scan for every parcel with this waybill number (one box may hold several orders); returns their number.

    Where the partner does not name the carrier, the number alone is matched. `waybills` decides which of the parcels the
    scan belongs to; a repeated scan changes none.
    """
    tracked = await _tracked(tx, waybill_no)
    named = [each for each in tracked if each.parcel.withdrawn_at is None and carrier in (None, each.parcel.carrier)]
    fresh = [each for each in named if all(kept.key != scan.key for kept in each.history)]
    for each in fresh:
        kept = _kept(tx, each.parcel, scan)
        each.history.append(kept)
        await tx.insert(PARCEL_SCANS, kept)
    if fresh:
        waybill = Waybill(tracked, _tolerance(tx))
        for each in tracked:
            await _follow(tx, each.parcel, waybill)
    return len(named)


async def _tracked(tx: Transaction[Settings], waybill_no: str) -> list[TrackedParcel]:
    """Every parcel with the waybill number and its scans, locked until the end of this transaction.

    The orders are locked first, as in every command. Then the parcels are read again: one of them may have been registered
    meanwhile.
    """
    for order_id in sorted({each.order_id for each in await tx.all(PARCELS_OF_WAYBILL, waybill_no=waybill_no)}):
        await tx.lock(ORDERS, order_id)
    found = await tx.all(PARCELS_OF_WAYBILL_LOCKED, waybill_no=waybill_no)
    return waybills.with_scans(found, await tx.all(SCANS_OF_WAYBILL, waybill_no=waybill_no))


async def catch_up(tx: Transaction[Settings], parcel: Parcel) -> None:
    """Copy to a new parcel the scans of its waybill number that other parcels have and that are not older than it."""
    since = parcel.handed_over_at - _tolerance(tx)
    known = {"waybill_no": parcel.waybill_no, "carrier": parcel.carrier}
    if await tx.execute(COPY_SCANS, parcel_id=parcel.id, since=since, **known):
        await _follow(tx, parcel, Waybill(await _tracked(tx, parcel.waybill_no), _tolerance(tx)))


async def _follow(tx: Transaction[Settings], parcel: Parcel, waybill: Waybill) -> None:
    """Give a parcel the status of its latest scan. The end of the last outbound parcel may deliver its order."""
    latest = waybill.latest(parcel)
    if latest is None or latest.status is parcel.status or parcel.withdrawn_at is not None:
        return
    moved = await _move(tx, parcel, latest)
    if moved.leg is ParcelLeg.OUTBOUND and moved.terminal:
        order = await tx.get(ORDERS, moved.order_id)
        await effects.advance(tx, order, await order_units.read(tx, order.id))


def _tolerance(tx: Transaction[Settings]) -> timedelta:
    return timedelta(minutes=tx.settings.hand_over_tolerance_minutes)


def _kept(tx: Transaction[Settings], parcel: Parcel, scan: Scan) -> ParcelScan:
    return ParcelScan(
        parcel_id=parcel.id,
        key=scan.key,
        status=scan.status,
        reason=scan.reason,
        terminal=scan.terminal,
        delivered_to=scan.delivered_to,
        raw_code=scan.raw_code,
        occurred_at=scan.occurred_at,
        received_at=tx.now,
    )


async def _move(tx: Transaction[Settings], parcel: Parcel, latest: ParcelScan) -> Parcel:
    moved = replace(
        parcel,
        status=latest.status,
        reason=latest.reason,
        terminal=tracking.is_final(latest),
        delivered_to=latest.delivered_to,
        status_at=latest.occurred_at,
    )
    return await _save(tx, parcel, moved, latest.raw_code)


async def withdraw(tx: Transaction[Settings], parcel: Parcel, at: datetime, reason: str) -> Parcel:
    """This parcel of a case is not followed any more: its waybill was corrected, or nobody collects it."""
    withdrawn = replace(
        parcel,
        status=ParcelStatus.CANCELLED,
        reason=reason,
        terminal=True,
        status_at=at,
        withdrawn_at=at,
    )
    return await _save(tx, parcel, withdrawn)


async def _save(tx: Transaction[Settings], old: Parcel, new: Parcel, raw_code: str | None = None) -> Parcel:
    event = ParcelStatusChanged(
        **parcel_fields(tx, new),
        status=new.status,
        previous_status=old.status,
        reason=new.reason,
        terminal=new.terminal,
        scanned=tracking.is_scanned(new.status),
        delivered=new.status is ParcelStatus.DELIVERED,
        returned=new.status is ParcelStatus.RETURNED,
        refused=new.reason == tracking.CONSIGNEE_REFUSED,
        delivered_to=new.delivered_to,
        raw_code=raw_code,
        occurred_at=new.status_at,
    )
    return await tx.save(PARCELS, new, event)
