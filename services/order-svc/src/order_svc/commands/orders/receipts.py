"""Receipt of a delivered order, by the buyer or by the timer."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.lifecycle import Context, SystemContext
from aftercare_events import OrderDelivered, OrderReceiptConfirmed
from aftercare_events.catalogue.orders import ReceiptCause
from aftercare_events.catalogue.receipts import ReceiptExtended

from order_svc.commands import effects
from order_svc.commands.deadlines import order_timer
from order_svc.commands.record import order_fields
from order_svc.domain.lifecycle import ORDER, OrderAction
from order_svc.domain.model import Order, OrderLine, OrderState
from order_svc.domain.order_guards import OrderFacts
from order_svc.domain.sales import receipts
from order_svc.settings import Settings
from order_svc.tables.orders import LINES_OF_ORDER, ORDERS


async def confirm(tx: Transaction[Settings], order_id: str) -> Order:
    """The buyer has the goods, even where the courier has not reported it. The end of the after-sale window is set.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed: see ORDER.
        NotFullyShipped: something of the order is still to be shipped.
        AlreadyReceived: receipt was confirmed before.
    """
    order = await tx.lock(ORDERS, order_id)
    lines = await tx.all(LINES_OF_ORDER, order_id=order_id)
    return await _receive(tx, order, ReceiptCause.BUYER, tx, lines)


@order_timer(OrderAction.CONFIRM_RECEIPT)
async def receive_by_timeout(tx: Transaction[Settings], order: Order) -> Order:
    """Nobody confirmed the receipt of the locked order in time: it counts as received.

    Raises:
        IllegalTransition: the order is not delivered, or was received before.
    """
    return await _receive(tx, order, ReceiptCause.TIMEOUT, SystemContext.of(tx))


async def _receive(
    tx: Transaction[Settings], order: Order, cause: ReceiptCause, by: Context, lines: Sequence[OrderLine] = ()
) -> Order:
    # Times that are set are kept: builds before revision 0008 left a received order in the state `delivered`.
    received_at, delivered_at = order.received_at or tx.now, order.delivered_at or tx.now
    window = timedelta(hours=tx.settings.after_sale_window_hours)
    least = timedelta(hours=tx.settings.least_window_hours)
    times = replace(order, delivered_at=delivered_at, received_at=received_at)
    times = receipts.with_window(times, window, least)
    received = ORDER.apply(times, OrderAction.CONFIRM_RECEIPT, by, OrderFacts(lines))
    # The buyer may confirm what no courier has reported yet.
    delivered = OrderDelivered(**order_fields(tx, received, OrderState.DELIVERED), delivered_at=delivered_at)
    signed_at = receipts.signed_at(received, received_at)
    times_of_receipt = {"confirmed_at": received_at, "signed_at": signed_at, "window_ends_at": received.window_ends_at}
    confirmed = OrderReceiptConfirmed(**order_fields(tx, received), **times_of_receipt, cause=cause)
    return await effects.enter(tx, order, received, *([] if order.delivered_at else [delivered]), confirmed)


async def extend(tx: Transaction[Settings], order_id: str, *, days: int) -> Order:
    """Give the buyer more time to confirm the receipt.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed, ReceiptExtensionsUsed: see ORDER.
        ReceiptExtensionTooLong, ReceiptPeriodOver: see `receipts.extended`.
    """
    order = await tx.lock(ORDERS, order_id)
    permitted = ORDER.apply(order, OrderAction.EXTEND_RECEIPT, tx)
    most = order.own_settings.get("longest_receipt_extension_days", tx.settings.longest_receipt_extension_days)
    extended = receipts.extended(permitted, days, int(most), tx.now)
    extended = ORDER.reschedule(extended, tx)
    event = ReceiptExtended(
        **order_fields(tx, extended), days=days, extended_by=tx.actor.role, receipt_due_at=extended.deadline_at
    )
    return await effects.enter(tx, order, extended, event)
