"""The deadline of an order: what its timer does, by the table of its states."""

from collections.abc import Awaitable, Callable, Mapping

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.jobs.deadlines import Due

from order_svc.commands import cancellations, receipts
from order_svc.domain.lifecycle import ORDER, OrderAction
from order_svc.domain.model import Order
from order_svc.settings import Settings
from order_svc.tables.orders import ORDERS

BY_TIMER: Mapping[OrderAction, Callable[[Transaction[Settings], Order], Awaitable[Order]]] = {
    OrderAction.EXPIRE: cancellations.expire,
    OrderAction.CONFIRM_RECEIPT: receipts.receive_by_timeout,
    OrderAction.COMPLETE: receipts.complete,
}


async def order_due(tx: Transaction[Settings], order_id: str) -> Order:
    """Take the action that is due for the order, if it still is once the order is locked."""
    order = await tx.lock(ORDERS, order_id)
    action = ORDER.due(order, tx.now)
    return order if action is None else await BY_TIMER[action](tx, order)


DEADLINES = (Due(ORDERS, order_due),)
