"""Pickups that buyers book with the after-sale centre, at the courier: ordered, moved and given up."""

from contextlib import suppress

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.refusals import Refusal
from aftercare_events import PickupBooked, PickupCancelled, PickupMoved

from order_svc.commands.shipping import shipping_labels
from order_svc.domain.shipping import policy
from order_svc.domain.shipping.model import PickupWindow
from order_svc.domain.tracking import ParcelLeg
from order_svc.settings import Settings
from order_svc.tables.orders import ORDERS
from order_svc.tables.parcels import PARCELS_OF_ORDER
from order_svc.tables.shipping import ACCOUNTS_OF_MERCHANT, PICKUPS_OF_CASE


async def booked(tx: Transaction[Settings], event: PickupBooked) -> None:
    """Have the goods collected in the booked time. A shipment that there is for the case is moved to it; else one is ordered.

    Where they are not at the delivery address, the only one that is known here, or no courier of the merchant collects them, a person
    orders it, as for every return.

    Raises:
        NotFound: there is no such order.
    """
    if await _move(tx, event) or not event.at_delivery_address:
        return
    accounts = await tx.all(ACCOUNTS_OF_MERCHANT, merchant_id=event.merchant_id)
    parcels = await tx.all(PARCELS_OF_ORDER, order_id=event.order_id)
    sent = [each.carrier for each in parcels if each.leg is ParcelLeg.OUTBOUND]
    carrier = policy.carrier_for_pickup(accounts, sent)
    if carrier is None:
        return
    with suppress(Refusal):
        await shipping_labels.order_return(
            tx,
            event.order_id,
            case_id=event.case_id,
            carrier=carrier,
            courier=None,
            weight_grams=tx.settings.pickup_weight_grams,
            pickup=_window(event),
            sender=None,
        )


async def moved(tx: Transaction[Settings], event: PickupMoved) -> None:
    """Have what was ordered for the case collected at the other time.

    Raises:
        NotFound: there is no such order.
    """
    await _move(tx, event)


async def cancelled(tx: Transaction[Settings], event: PickupCancelled) -> None:
    """Give up at the courier what was ordered for the case: nobody collects the goods.

    Raises:
        NotFound: there is no such order.
    """
    await tx.lock(ORDERS, event.order_id)
    for label in await tx.lock_all(PICKUPS_OF_CASE, order_id=event.order_id, case_id=event.case_id):
        await shipping_labels.drop_pickup(tx, label)


async def _move(tx: Transaction[Settings], event: PickupBooked | PickupMoved) -> bool:
    """Move what was ordered for the case; whether there is anything."""
    await tx.lock(ORDERS, event.order_id)
    labels = await tx.lock_all(PICKUPS_OF_CASE, order_id=event.order_id, case_id=event.case_id)
    for label in labels:
        if _window(event) not in (label.pickup, label.asked):
            await shipping_labels.move_pickup(tx, label, _window(event))
    return bool(labels)


def _window(event: PickupBooked | PickupMoved) -> PickupWindow:
    return PickupWindow(begins_at=event.begins_at, ends_at=event.ends_at)
