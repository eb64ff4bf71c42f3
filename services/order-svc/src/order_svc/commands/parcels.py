"""Parcels as couriers tell of them: every scan is kept, and the parcel follows what they say together."""

from dataclasses import replace
from typing import Any

from aftercare_chassis.transaction import Transaction
from aftercare_events import ParcelStatusChanged

from order_svc.commands import receipts
from order_svc.domain import tracking
from order_svc.domain.tracking import Leg, Parcel, ParcelEvent, ParcelStatus, Scan
from order_svc.tables.orders import LINES_OF, ORDERS
from order_svc.tables.parcels import HISTORY_OF, PARCEL_EVENTS, PARCELS, PARCELS_BY_WAYBILL, PARCELS_BY_WAYBILL_ALONE


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
    """Apply a scan to every parcel under this waybill (one box may hold several orders); how many there are.

    A partner that does not name the carrier is matched by the waybill alone.
    """
    if carrier is None:
        found = await tx.all(PARCELS_BY_WAYBILL_ALONE, waybill_no=waybill_no)
    else:
        found = await tx.all(PARCELS_BY_WAYBILL, waybill_no=waybill_no, carrier=carrier)
    for parcel in found:
        await scan_parcel(tx, parcel.id, scan)
    return len(found)


async def scan_parcel(tx: Transaction, parcel_id: str, scan: Scan) -> Parcel:
    """Keep a courier's scan in the parcel's history and follow it, if it says something new.

    A repeated scan changes nothing. A late one is kept, and moves the status only where, put in its place, it tells
    more than what came before it. The last outbound parcel to arrive makes the order delivered.
    """
    known = await tx.get(PARCELS, parcel_id)
    order = await tx.lock(ORDERS, known.order_id)
    parcel = await tx.lock(PARCELS, parcel_id)
    history = await tx.all(HISTORY_OF, parcel_id=parcel_id)
    if any(event.key == scan.key for event in history):
        return parcel
    event = _as_event(tx, parcel, scan)
    await tx.add(PARCEL_EVENTS, event)
    latest = tracking.latest([*history, event])
    if latest is None or latest.status is parcel.status:
        return parcel
    moved = await _follow(tx, parcel, latest)
    if moved.leg is Leg.OUTBOUND and moved.status is ParcelStatus.DELIVERED:
        await receipts.settle_delivery(tx, order, await tx.all(LINES_OF, order_id=order.id))
    return moved


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


async def _follow(tx: Transaction, parcel: Parcel, latest: ParcelEvent) -> Parcel:
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
