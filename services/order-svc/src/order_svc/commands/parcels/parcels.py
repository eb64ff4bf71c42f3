"""Parcels as couriers report them: every scan is kept, and a parcel follows the scans that belong to it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import structlog
from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.lifecycle import SystemContext
from aftercare_events import ParcelStatusChanged
from aftercare_events.catalogue.parcels import ParcelCollected

from order_svc.commands import effects
from order_svc.commands.orders import order_units
from order_svc.commands.parcels import anomalies, parcel_intercepts, tracked_waybills
from order_svc.commands.parcels.tracked_waybills import TrackedWaybills
from order_svc.commands.record import parcel_fields
from order_svc.domain import deliveries, tracking, waybills
from order_svc.domain.anomalies import reports
from order_svc.domain.lifecycle import ORDER
from order_svc.domain.model import Order, OrderState
from order_svc.domain.tracking import Parcel, ParcelLeg, ParcelScan, ParcelStatus, Scan
from order_svc.domain.waybills import ParcelKey, TrackedParcel, Waybill
from order_svc.settings import Settings
from order_svc.tables.orders import DELIVERY_TIMES, ORDERS, SET_DELIVERY_TIMES
from order_svc.tables.parcels import (
    COPY_SCANS,
    INSERT_NEXT_WAYBILL,
    NOTE_CONTEST,
    PARCEL_SCANS,
    PARCELS,
    PARCELS_OF_WAYBILL,
    PARCELS_OF_WAYBILLS_LOCKED,
    SCANS_OF_WAYBILL,
)

log = structlog.get_logger(__name__)


async def apply_scans(
    tx: Transaction[Settings], key: ParcelKey, scans: Sequence[Scan], locked: TrackedWaybills | None = None
) -> int:
    """Keep scans for every parcel that the key means (one box may hold several orders); returns the number of parcels.

    `waybills` decides which of the parcels a scan belongs to; a repeated scan changes none. `locked` is what was loaded for several
    keys together, this one among them.
    """
    locked = locked or await tracked_waybills.load(tx, [key])
    return sum([await _apply(tx, each, await locked.parcels(tx, each.waybill_no), scans) for each in locked.meant(key)])


async def goes_on_as(tx: Transaction[Settings], key: ParcelKey, waybill_no: str) -> None:
    """The parcel has this number from now on: its courier sends it back, or forwards it."""
    if key.carrier is not None and key.waybill_no and waybill_no != key.waybill_no:
        await tx.execute(
            INSERT_NEXT_WAYBILL,
            carrier=key.carrier,
            waybill_no=waybill_no,
            previous_waybill_no=key.waybill_no,
            reported_at=tx.now,
        )


async def _apply(
    tx: Transaction[Settings], key: ParcelKey, tracked: Sequence[TrackedParcel], scans: Sequence[Scan]
) -> int:
    named = {parcel.id for parcel in waybills.meant([each.parcel for each in tracked], key)}
    scans = await parcel_intercepts.explained(tx, [each.parcel for each in tracked if each.parcel.id in named], scans)
    changed: list[TrackedParcel] = []
    for each in tracked:
        if each.parcel.id in named and await _keep(tx, each, {scan.key: scan for scan in scans}, key.piece_no):
            changed.append(each)
    for carrier in {each.parcel.carrier for each in changed}:
        await _follow_all(tx, [each for each in tracked if each.parcel.carrier == carrier])
    return len(named)


async def _keep(
    tx: Transaction[Settings], tracked: TrackedParcel, scans: Mapping[str, Scan], piece_no: str | None
) -> bool:
    """Keep those of the scans, which are by their keys, that the parcel does not have; whether there were any.

    One that it has without a meaning, and that has one now, gets it.
    """
    known = {kept.key: place for place, kept in enumerate(tracked.history)}
    new = [_kept(tx, tracked.parcel, scan, piece_no) for key, scan in scans.items() if key not in known]
    tracked.history.extend(new)
    await tx.insert(PARCEL_SCANS, *new)
    read = [key for key in scans if key in known and tracking.is_read_now(tracked.history[known[key]], scans[key])]
    for key in read:
        understood = tracking.understood(tracked.history[known[key]], scans[key])
        tracked.history[known[key]] = understood
        await tx.upsert(PARCEL_SCANS, understood)
    return bool(new or read)


async def _follow_all(tx: Transaction[Settings], tracked: list[TrackedParcel]) -> None:
    waybill = Waybill(tracked, _tolerance(tx))
    for each in tracked:
        if not waybill.has_precedence(each.parcel):
            log.warning("waybill_number_of_another", parcel_id=each.parcel.id, merchant_id=each.parcel.merchant_id)
        await _follow(tx, each.parcel, waybill)


async def catch_up(tx: Transaction[Settings], parcel: Parcel) -> None:
    """Copy to a new parcel the scans of its waybill number that other parcels of its merchant have and that are not older than it."""
    # Their orders are not locked: that of the new parcel is, and may come behind them. Only the new parcel changes.
    if len(await tx.lock_all(PARCELS_OF_WAYBILLS_LOCKED, waybill_nos=[parcel.waybill_no])) == 1:
        return
    since = parcel.handed_over_at - _tolerance(tx)
    known = {"waybill_no": parcel.waybill_no, "carrier": parcel.carrier, "merchant_id": parcel.merchant_id}
    if await tx.execute(COPY_SCANS, parcel_id=parcel.id, since=since, **known):
        await _follow(tx, parcel, await _waybill(tx, parcel))


async def _follow(tx: Transaction[Settings], parcel: Parcel, waybill: Waybill) -> None:
    """Give a parcel the status of its latest scan. The end of the last outbound parcel may deliver its order."""
    if parcel.withdrawn_at is not None:
        if parcel.is_voided:
            await anomalies.follow(tx, parcel, waybill.counted(parcel))
        return
    latest, scans = waybill.latest(parcel), waybill.counted(parcel)
    if latest is None or latest.status is parcel.status:
        await _collect(tx, parcel, scans)
        return
    moved = _with_collection(_moved(parcel, latest), scans)
    moved = await anomalies.follow(tx, moved, scans, _event(tx, parcel, moved, latest))
    if moved.leg is ParcelLeg.OUTBOUND and (moved.terminal or moved.status is ParcelStatus.RETURNING):
        await parcel_intercepts.follow(tx, moved)
    if moved.leg is ParcelLeg.OUTBOUND and (moved.terminal or parcel.terminal):
        parcels = await order_units.read_parcels(tx, moved.order_id)
        order = _expect(tx, await tx.get(ORDERS, moved.order_id), parcels)
        await effects.advance(tx, order, await order_units.read(tx, order.id), parcels)


def _expect(tx: Transaction[Settings], order: Order, parcels: Sequence[Parcel]) -> Order:
    """The locked order with the times of those of its parcels that are on their way still. A time that changes is not published."""
    if order.state is not OrderState.SHIPPED:
        return order
    timed = ORDER.reschedule(deliveries.expected(order, parcels), SystemContext.of(tx))
    if timed != order:
        times = {name: getattr(timed, name) for name in DELIVERY_TIMES}
        tx.change(ORDERS.name, SET_DELIVERY_TIMES, order_id=order.id, **times)
    return timed


async def _collect(tx: Transaction[Settings], parcel: Parcel, scans: Sequence[ParcelScan]) -> None:
    """Note that a delivered parcel was collected from its station or locker; its anomalies follow the scans in any case."""
    collected = _with_collection(parcel, scans)
    if collected == parcel or parcel.delivered_to not in tracking.AT_STATION:
        await anomalies.follow(tx, parcel, scans)
        return
    event = ParcelCollected(**parcel_fields(tx, collected), collected_at=collected.collected_at)
    await anomalies.follow(tx, collected, scans, event)
    if parcel.leg is ParcelLeg.OUTBOUND:
        await effects.collect(tx, await tx.get(ORDERS, parcel.order_id))


def _with_collection(parcel: Parcel, scans: Sequence[ParcelScan]) -> Parcel:
    arrived = parcel.status is ParcelStatus.DELIVERED and parcel.collected_at is None
    return replace(parcel, collected_at=tracking.collected_at(scans)) if arrived else parcel


async def look(tx: Transaction[Settings], parcel: Parcel) -> None:
    """Look at a locked parcel whose silence is an anomaly by now, unless a scan has come."""
    await anomalies.look(tx, parcel, await _counted(tx, parcel))


async def contest_receiver(tx: Transaction[Settings], parcel: Parcel) -> Parcel:
    """Note for a locked parcel that its buyer does not have it from who has signed for them: an anomaly, once."""
    if parcel.receiver_contested_at is not None or not reports.received_by_proxy(parcel):
        return parcel
    contested = replace(parcel, receiver_contested_at=tx.now)
    # No anomaly begins where one was raised for this receipt before; then nothing else saves the parcel.
    tx.change(PARCELS.name, NOTE_CONTEST, parcel_id=parcel.id, at=tx.now)
    return await anomalies.follow(tx, contested, await _counted(tx, parcel))


async def _counted(tx: Transaction[Settings], parcel: Parcel) -> list[ParcelScan]:
    """The scans that belong to the parcel, in the order in which they happened."""
    return (await _waybill(tx, parcel)).counted(parcel)


async def _waybill(tx: Transaction[Settings], parcel: Parcel) -> Waybill:
    found = await tx.all(PARCELS_OF_WAYBILL, waybill_no=parcel.waybill_no)
    tracked = waybills.with_scans(found, await tx.all(SCANS_OF_WAYBILL, waybill_no=parcel.waybill_no))
    return Waybill([each for each in tracked if each.parcel.carrier == parcel.carrier], _tolerance(tx))


def _tolerance(tx: Transaction[Settings]) -> timedelta:
    return timedelta(minutes=tx.settings.hand_over_tolerance_minutes)


def _kept(tx: Transaction[Settings], parcel: Parcel, scan: Scan, piece_no: str | None) -> ParcelScan:
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
        text=scan.text or None,
        partner=scan.partner,
        piece_no=piece_no,
        evidence=scan.evidence,
    )


def _moved(parcel: Parcel, latest: ParcelScan) -> Parcel:
    return replace(
        parcel,
        status=latest.status,
        reason=latest.reason,
        terminal=tracking.is_final(latest),
        delivered_to=latest.delivered_to,
        status_at=latest.occurred_at,
    )


async def withdraw(tx: Transaction[Settings], parcel: Parcel, at: datetime, reason: str) -> Parcel:
    """No scan changes this locked parcel any more: it was voided, its waybill was corrected, or nobody collects it."""
    withdrawn = replace(
        parcel,
        status=ParcelStatus.CANCELLED,
        reason=reason,
        terminal=True,
        status_at=at,
        withdrawn_at=at,
    )
    return await anomalies.follow(tx, withdrawn, (), _event(tx, parcel, withdrawn))


def _event(tx: Transaction[Settings], old: Parcel, new: Parcel, scan: ParcelScan | None = None) -> ParcelStatusChanged:
    return ParcelStatusChanged(
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
        raw_code=None if scan is None else scan.raw_code,
        evidence=() if scan is None or scan.evidence is None else (scan.evidence,),
        occurred_at=new.status_at,
    )
