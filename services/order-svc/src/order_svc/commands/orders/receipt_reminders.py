"""Reminders of orders whose receipt counts as confirmed soon."""

from aftercare_chassis.database.transaction import Transaction
from aftercare_events.catalogue.receipts import ReceiptReminder

from order_svc.commands import effects
from order_svc.commands.record import order_fields
from order_svc.domain.model import Order, OrderState
from order_svc.settings import Settings
from order_svc.tables.orders import DROP_REMINDER, orders


async def remind(tx: Transaction[Settings], order: Order) -> None:
    """Publish that the time to confirm the receipt of the locked order ends soon."""
    if order.state is not OrderState.DELIVERED or order.deadline_at is None:
        # A build before revision 0051 has moved the order on, and does not know the column.
        tx.change(orders.name, DROP_REMINDER, order_id=order.id)
        return
    event = ReceiptReminder(**order_fields(tx, order), receipt_due_at=order.deadline_at)
    await effects.enter(tx, order, order, event)
