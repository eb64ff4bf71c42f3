"""Parcels that somebody has signed for in place of the buyer, who states not to have them."""

from aftercare_chassis.database.transaction import Transaction
from aftercare_events import AfterSaleRequested

from order_svc.commands.orders import order_units
from order_svc.commands.parcels import parcels
from order_svc.domain import fulfilment
from order_svc.domain.anomalies import reports
from order_svc.domain.anomalies.errors import ReceiverNotOther
from order_svc.domain.tracking import Parcel
from order_svc.settings import Settings
from order_svc.tables.orders import ORDER_TO_LOCK
from order_svc.tables.parcels import PARCEL_LINES_OF_ORDER, PARCELS


async def contest(tx: Transaction[Settings], parcel_id: str) -> Parcel:
    """State that who has signed for the buyer was not authorised, or that the buyer does not have the parcel. Stated again, nothing follows.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        ReceiverNotOther: the courier does not report that somebody has signed for the buyer.
    """
    found = await tx.get(PARCELS, parcel_id)
    await tx.lock_all(ORDER_TO_LOCK, order_id=found.order_id)  # before its parcels, as in every command
    parcel = await tx.lock(PARCELS, parcel_id)
    if not reports.received_by_proxy(parcel):
        raise ReceiverNotOther(status=parcel.status, delivered_to=parcel.delivered_to)
    return await parcels.contest_receiver(tx, parcel)


async def case_requested(tx: Transaction[Settings], event: AfterSaleRequested) -> None:
    """The buyer states in a case that its units did not arrive: so it is with the parcels that somebody has signed for. The order is locked."""
    if not event.not_received:
        return
    lines = {line.line_id for line in event.lines}
    contents = await tx.all(PARCEL_LINES_OF_ORDER, order_id=event.order_id)
    concerned = {each.parcel_id for each in contents if each.line_id in lines}
    for parcel in fulfilment.outbound(await order_units.read_parcels(tx, event.order_id)):
        if parcel.id in concerned and reports.received_by_proxy(parcel):
            await parcels.contest_receiver(tx, await tx.lock(PARCELS, parcel.id))
