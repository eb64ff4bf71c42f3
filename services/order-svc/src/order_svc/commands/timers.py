"""What happens when nothing happens: the deadline in an order's row, whatever state it is in."""

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.jobs.deadlines import Due

from order_svc.commands import cancellations, receipts
from order_svc.domain.model import Order, OrderState
from order_svc.tables.orders import ORDERS


async def order_due(tx: Transaction, order_id: str) -> Order:
    """Look at the locked order again and take the step that is due, if it still is."""
    order = await tx.lock(ORDERS, order_id)
    if order.deadline_at is None or order.deadline_at > tx.now:
        return order
    if order.state is OrderState.CREATED:
        return await cancellations.payment_due(tx, order)
    return await receipts.receipt_due(tx, order)


WHEN_DUE = (Due(ORDERS, order_due),)
