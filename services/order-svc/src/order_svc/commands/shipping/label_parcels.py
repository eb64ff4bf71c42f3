"""The parcel of a label: registered when its waybill is assigned, withdrawn or voided when the courier has given it up."""

from copy import copy

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.lifecycle import Actor
from aftercare_chassis.refusals import Refusal
from aftercare_events import ShippedLine

from order_svc.commands.parcels import parcels, shipments, voids
from order_svc.commands.parcels.shipments import HandOver
from order_svc.domain import tracking
from order_svc.domain.fulfilment import Pick
from order_svc.domain.shipping.labels import ShippingLabel
from order_svc.domain.shipping.rows import contact_fields, contact_of
from order_svc.domain.tracking import Parcel, ParcelLeg
from order_svc.settings import Settings
from order_svc.tables.orders import ADDRESSES, ORDERS
from order_svc.tables.parcels import PARCELS
from order_svc.tables.shipping import CONTACTS

PRINTER = "label-files"
ADDRESS_CHANGED = "address_changed"


async def register(tx: Transaction[Settings], label: ShippingLabel) -> Parcel | str:
    """The parcel of a label whose waybill was just assigned, or the code of why it cannot be sent any more.

    What was ordered is shipped as the seller who ordered the label would: the order may have changed meanwhile.
    """
    assert label.waybill_no is not None
    if label.given_up_at is not None:
        return tracking.PICKUP_GIVEN_UP
    picks = [Pick(str(each["line_id"]), int(str(each["quantity"]))) for each in label.picks]
    if label.leg is ParcelLeg.RETURN:
        content = tuple(ShippedLine(line_id=pick.line_id, quantity=pick.quantity) for pick in picks)
        hand_over = HandOver(
            leg=label.leg,
            carrier=label.carrier,
            waybill_no=label.waybill_no,
            content=content,
            at=tx.now,
            case_id=label.case_id,
            reference=label.number,
        )
        return await shipments.register_labelled(tx, label.order_id, hand_over)
    if await _address_changed(tx, label):
        return ADDRESS_CHANGED
    try:
        async with tx.attempt():
            return await shipments.ship(
                _as_seller(tx, label),
                label.order_id,
                carrier=label.carrier,
                waybill_no=label.waybill_no,
                picks=picks,
                reference=label.number,
            )
    except Refusal as refusal:
        return refusal.code


async def withdraw(tx: Transaction[Settings], label: ShippingLabel) -> None:
    """Void the parcel whose shipment the courier has given up, or follow that of a return no more, unless it was scanned."""
    if label.parcel_id is None:
        return
    parcel = await tx.lock(PARCELS, label.parcel_id)
    if tracking.is_scanned(parcel.status) or parcel.withdrawn_at is not None:
        return
    if parcel.leg is ParcelLeg.OUTBOUND:
        await voids.courier_agreed(tx, await tx.get(ORDERS, parcel.order_id), parcel, label.courier)
    else:
        await parcels.withdraw(tx, parcel, tx.now, tracking.PICKUP_GIVEN_UP)


async def _address_changed(tx: Transaction[Settings], label: ShippingLabel) -> bool:
    """Whether the buyer has moved since the label was ordered."""
    contacts = await tx.find(CONTACTS, label.id)
    address = contact_fields(contact_of(await tx.get(ADDRESSES, label.order_id)))
    return contacts is not None and contacts.receiver != address


def _as_seller(tx: Transaction[Settings], label: ShippingLabel) -> Transaction[Settings]:
    """This transaction with the seller as its actor who ordered the label."""
    acting = copy(tx)
    acting.actor = Actor(label.requested_by, label.requested_role, label.merchant_id)
    return acting
