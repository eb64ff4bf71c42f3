"""The end of a parcel's way as the merchant or an agent records it, where its courier reports nothing."""

from datetime import datetime

from aftercare_chassis.database.transaction import Transaction

from order_svc.commands.parcels import parcels
from order_svc.domain import recorded_ends
from order_svc.domain.lifecycle import ORDER, OrderAction
from order_svc.domain.order_guards import OrderFacts
from order_svc.domain.tracking import Parcel, ParcelStatus, Scan
from order_svc.domain.waybills import ParcelKey
from order_svc.settings import Settings
from order_svc.tables.orders import LINES_OF_ORDER, ORDER_TO_LOCK
from order_svc.tables.parcels import PARCELS


async def record_delivery(
    tx: Transaction[Settings], parcel_id: str, *, evidence: str, delivered_at: datetime | None = None
) -> Parcel:
    """Record that the parcel has arrived, as its courier would report it. `evidence` is the hash of a file that proves it.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed, ParcelNotAwaited, DeliveryNotOverdue: see ORDER.
        DeliveredAtUnfit: see `recorded_ends`.
    """
    parcel = await _locked(tx, parcel_id, OrderAction.RECORD_DELIVERY)
    at = recorded_ends.delivered_at(parcel, delivered_at, tx.now)
    return await _record(tx, parcel, ParcelStatus.DELIVERED, at, evidence)


async def record_loss(tx: Transaction[Settings], parcel_id: str, *, evidence: str | None = None) -> Parcel:
    """Record that the parcel is lost, as its courier would report it: an anomaly, for which the courier is liable.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed, ParcelNotAwaited, DeliveryNotOverdue: see ORDER.
    """
    parcel = await _locked(tx, parcel_id, OrderAction.RECORD_LOSS)
    return await _record(tx, parcel, ParcelStatus.LOST, tx.now, evidence)


async def _locked(tx: Transaction[Settings], parcel_id: str, action: OrderAction) -> Parcel:
    found = await tx.get(PARCELS, parcel_id)
    [order] = await tx.lock_all(ORDER_TO_LOCK, order_id=found.order_id)  # before its parcels, as in every command
    parcel = await tx.lock(PARCELS, parcel_id)
    ORDER.apply(order, action, tx, OrderFacts(await tx.all(LINES_OF_ORDER, order_id=order.id), [parcel]))
    return parcel


async def _record(
    tx: Transaction[Settings], parcel: Parcel, end: ParcelStatus, at: datetime, evidence: str | None
) -> Parcel:
    """Apply it as a scan of this parcel alone; what the courier sends later stands beside it."""
    scan = Scan(
        key=f"recorded-{end}-{tx.new_id('scan')}", status=end, occurred_at=at, partner=tx.actor.role, evidence=evidence
    )
    key = ParcelKey(carrier=parcel.carrier, waybill_no=parcel.waybill_no, parcel_id=parcel.id)
    await parcels.apply_scans(tx, key, [scan])
    return await tx.get(PARCELS, parcel.id)
