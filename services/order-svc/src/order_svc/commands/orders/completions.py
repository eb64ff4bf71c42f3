"""The completion of an order: after its after-sale window, or once all of its goods have been refunded."""

from collections import Counter
from dataclasses import replace

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.lifecycle import SystemContext
from aftercare_events import OrderCompleted

from order_svc.commands import effects
from order_svc.commands.deadlines import order_timer
from order_svc.commands.orders import order_units
from order_svc.commands.record import order_fields
from order_svc.domain import fulfilment
from order_svc.domain.lifecycle import ORDER, OrderAction
from order_svc.domain.model import AfterSaleState, Order, OrderState
from order_svc.domain.order_units import OrderUnits
from order_svc.settings import Settings
from order_svc.tables.payments import TAKEN_PAYMENTS
from order_svc.tables.stock import RETURNED_OF_ORDER


@order_timer(OrderAction.COMPLETE)
async def complete(tx: Transaction[Settings], order: Order) -> Order:
    """The after-sale window of the locked order has ended and no case is open.

    Raises:
        IllegalTransition: the order is not received.
        AfterSaleOpen: a case or dispute about the order is open.
    """
    return await _complete(tx, order, OrderAction.COMPLETE)


async def complete_refunded(tx: Transaction[Settings], order: Order, units: OrderUnits) -> Order:
    """Complete the locked order where it was delivered and all of its goods were refunded since, or are all back for a part of their money: there
    is no receipt to confirm.

    Called after each fact that may be the last one: the end of a case or of a dispute.
    """
    if order.state is not OrderState.DELIVERED or order.after_sale_state is not AfterSaleState.DONE:
        return order
    located = await order_units.located(tx, order.id, units)
    refunded = sum(each.refunded_minor for each in await tx.all(TAKEN_PAYMENTS, order_id=order.id))
    if not fulfilment.wholly_refunded(located, refunded, order.virtual_delivered_at):
        back = Counter[tuple[str | None, str]]()
        for each in await tx.all(RETURNED_OF_ORDER, order_id=order.id):
            back[each.case_id, each.line_id] += each.quantity
        if not fulfilment.wholly_returned(located, back):
            return order
    return await _complete(tx, order, OrderAction.REFUND_WHOLLY)


async def _complete(tx: Transaction[Settings], order: Order, action: OrderAction) -> Order:
    completed = replace(ORDER.apply(order, action, SystemContext.of(tx)), completed_at=tx.now)
    return await effects.enter(tx, order, completed, OrderCompleted(**order_fields(tx, completed), completed_at=tx.now))
