"""Parcels as couriers report them: every scan is kept, and a parcel follows those that are its own."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from aftercare_chassis.database.transaction import Transaction
from aftercare_events import ParcelStatusChanged

from order_svc.commands import receipts
from order_svc.domain import journeys, tracking
from order_svc.domain.journeys import Journeys, Tracked
from order_svc.domain.tracking import Leg, Parcel, ParcelEvent, ParcelStatus, Scan
from order_svc.tables.orders import ORDERS
from order_svc.tables.parcels import (
    COPY_SCANS,
    PARCEL_EVENTS,
    PARCELS,
    PARCELS_UNDER,
    PARCELS_UNDER_LOCKED,
    SCANS_UNDER,
)


def about(tx: Transaction, parcel: Parcel, **other: Any) -> dict[str, Any]:
    """The six answers and the ids of every event of a parcel. What goes back was asked for by the buyer."""
    return {
        "affected_party": parcel.buyer_id,
        "applicant": parcel.merchant_id if parcel.leg is not Leg.RETURN else parcel.buyer_id,
        "handler": tx.actor.id,
        "time": tx.now,
        "result": parcel.status.value,
        "parcel_id": parcel.id,
        "order_id": parcel.order_id,
        "case_id": parcel.case_id,
        "buyer_id": parcel.buyer_id,
        "merchant_id": parcel.merchant_id,
        "leg": parcel.leg.value,
        "carrier": parcel.carrier,
        "waybill_no": parcel.waybill_no,
        **other,
    }


async def apply_scan(tx: Transaction, carrier: str | None, waybill_no: str, scan: Scan) -> int:
    """Keep a scan for every parcel under this waybill (one box may hold several orders); how many there are.

    A partner that does not name the carrier is matched by the waybill alone. Which of the parcels the scan moves is for
    `journeys` to say; a repeated scan moves none.
    """
    tracked = await _tracked(tx, waybill_no)
    named = [each for each in tracked if each.parcel.withdrawn_at is None and carrier in (None, each.parcel.carrier)]
    fresh = [each for each in named if all(event.key != scan.key for event in each.history)]
    for each in fresh:
        event = _as_event(tx, each.parcel, scan)
        each.history.append(event)
        await tx.insert(PARCEL_EVENTS, event)
    if fresh:
        under_waybill = Journeys(tracked, _tolerance(tx))
        for each in tracked:
            await _follow(tx, each.parcel, under_waybill)
    return len(named)


async def _tracked(tx: Transaction, waybill_no: str) -> list[Tracked]:
    """Every parcel under the waybill with its scans, held until the end of this transaction.

    The orders are locked first, as everywhere, and the parcels are looked up again behind those locks: one of them may
    have been registered meanwhile.
    """
    for order_id in sorted({each.order_id for each in await tx.all(PARCELS_UNDER, waybill_no=waybill_no)}):
        await tx.lock(ORDERS, order_id)
    found = await tx.all(PARCELS_UNDER_LOCKED, waybill_no=waybill_no)
    return journeys.with_scans(found, await tx.all(SCANS_UNDER, waybill_no=waybill_no))


async def catch_up(tx: Transaction, parcel: Parcel) -> None:
    """Give a new parcel the scans that are known from other parcels under its waybill and are not older than it."""
    since = parcel.handed_over_at - _tolerance(tx)
    known = {"waybill_no": parcel.waybill_no, "carrier": parcel.carrier}
    if await tx.execute(COPY_SCANS, parcel_id=parcel.id, since=since, **known):
        await _follow(tx, parcel, Journeys(await _tracked(tx, parcel.waybill_no), _tolerance(tx)))


async def _follow(tx: Transaction, parcel: Parcel, under_waybill: Journeys) -> None:
    """Let a parcel go where its scans say it is. The last outbound parcel to end may make its order delivered."""
    latest = under_waybill.latest(parcel)
    if latest is None or latest.status is parcel.status or parcel.withdrawn_at is not None:
        return
    moved = await _move(tx, parcel, latest)
    if moved.leg is Leg.OUTBOUND and moved.terminal:
        await receipts.settle(tx, await tx.get(ORDERS, moved.order_id))


def _tolerance(tx: Transaction) -> timedelta:
    return timedelta(minutes=tx.settings.hand_over_tolerance_minutes)


def _as_event(tx: Transaction, parcel: Parcel, scan: Scan) -> ParcelEvent:
    return ParcelEvent(
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


async def _move(tx: Transaction, parcel: Parcel, latest: ParcelEvent) -> Parcel:
    moved = replace(
        parcel,
        status=latest.status,
        reason=latest.reason,
        terminal=tracking.ends(latest),
        delivered_to=latest.delivered_to,
        status_at=latest.occurred_at,
    )
    event = ParcelStatusChanged(
        **about(tx, moved),
        status=moved.status,
        previous_status=parcel.status,
        reason=moved.reason,
        terminal=moved.terminal,
        delivered_to=moved.delivered_to,
        raw_code=latest.raw_code,
        occurred_at=latest.occurred_at,
    )
    return await tx.save(PARCELS, moved, event)


async def withdraw(tx: Transaction, parcel: Parcel, at: datetime) -> Parcel:
    """The buyer names another waybill instead of this one, which was never theirs: nobody follows it any more."""
    withdrawn = replace(
        parcel,
        status=ParcelStatus.CANCELLED,
        reason="waybill_corrected",
        terminal=True,
        status_at=at,
        withdrawn_at=at,
    )
    event = ParcelStatusChanged(
        **about(tx, withdrawn),
        status=withdrawn.status,
        previous_status=parcel.status,
        reason=withdrawn.reason,
        terminal=True,
        occurred_at=at,
    )
    return await tx.save(PARCELS, withdrawn, event)
