"""Pickups of cases that the courier refuses: published, so that the buyer can book another one or send the goods otherwise."""

from aftercare_chassis.database.transaction import Transaction
from aftercare_events import PickupRefused

from order_svc.commands.record import order_fields
from order_svc.domain.shipping.labels import ShippingLabel
from order_svc.domain.shipping.model import PickupWindow
from order_svc.settings import Settings
from order_svc.tables.orders import ORDERS


async def publish(tx: Transaction[Settings], label: ShippingLabel, window: PickupWindow | None, *, moved: bool) -> None:
    """Publish that the courier does not come in this time, for a label that the booking of a case has ordered; its order is locked.

    What people have ordered is shown to them with the label.
    """
    if label.case_id is None or window is None or label.refusal is None or label.requested_role != _BOOKING:
        return
    order = await tx.get(ORDERS, label.order_id)
    event = PickupRefused(
        **order_fields(tx, order),
        case_id=label.case_id,
        carrier=label.carrier,
        begins_at=window.begins_at,
        ends_at=window.ends_at,
        refusal=label.refusal,
        reason=label.reason,
        moved=moved,
    )
    await tx.save(ORDERS, order, event)


_BOOKING = "system"
"""The role in which the event of a booking orders a label."""
