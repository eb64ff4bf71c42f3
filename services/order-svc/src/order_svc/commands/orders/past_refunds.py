"""What had been refunded of an order before it was imported: its refund, what that posts, and the events."""

from aftercare_chassis.records import replace
from aftercare_events import CancelledLine, OrderLinesCancelled, RefundSucceeded

from order_svc.commands.orders import stock
from order_svc.commands.orders.past_recording import Recording
from order_svc.commands.payments import postings
from order_svc.commands.record import order_fields, refund_fields
from order_svc.domain.imports.refunds import PastRefund
from order_svc.domain.model import CancelCause, Order, OrderState
from order_svc.domain.payments.codes import OwnRefundCause
from order_svc.domain.payments.model import Payment, Refund, RefundState
from order_svc.domain.payments.postings import NOTHING
from order_svc.domain.sales.stock import StockReleaseCause
from order_svc.tables.payments import REFUNDS


async def made(recording: Recording, payment: Payment) -> tuple[Payment, Refund | None]:
    """Add the events of the refund of this payment, and of the units that were cancelled with it; the payment after it, and the refund if
    there was one."""
    past = recording.past.refund
    if past is None:
        return payment, None
    refund, reduced = _refund(recording, payment, past), replace(payment, refunded_minor=past.total_minor)
    at = recording.at(past.refunded_at)
    recording.events.append(RefundSucceeded(**refund_fields(at, reduced, refund)))
    await _cancel(recording, past, refund)
    return reduced, refund


async def keep(recording: Recording, payment: Payment, refund: Refund) -> None:
    """Insert the refund of a payment that is inserted, and what it has posted."""
    at = recording.at(refund.created_at)
    await at.insert(REFUNDS, refund)
    await postings.refund_requested(at, payment, refund, NOTHING)
    await postings.refund_ended(at, payment, refund)


def _refund(recording: Recording, payment: Payment, past: PastRefund) -> Refund:
    return Refund(
        id=recording.tx.new_id_of("ref", past.refunded_at),
        payment_id=payment.id,
        order_id=payment.order_id,
        case_id=None,
        state=RefundState.SUCCEEDED,
        amount_minor=past.total_minor,
        currency=payment.currency,
        cause=OwnRefundCause.IMPORTED,
        created_at=past.refunded_at,
        settled_at=past.refunded_at,
        provider_reference=past.reference,
    )


async def _cancel(recording: Recording, past: PastRefund, refund: Refund) -> None:
    at, order = recording.at(past.refunded_at), recording.order
    gone = [line for line in recording.lines if line.cancelled_quantity]
    if not gone:
        return
    lines = (
        CancelledLine(line_id=each.id, quantity=each.cancelled_quantity, amount_minor=each.cancelled_minor)
        for each in gone
    )
    recording.add(
        OrderLinesCancelled(
            **order_fields(at, order, _state_at(order, past)),
            cause=CancelCause.SELLER,
            lines=tuple(lines),
            currency=order.currency,
            amount_minor=sum(each.cancelled_minor for each in gone),
            total_minor=order.total_minor,
            refund_ids=(refund.id,),
        )
    )
    units = [(each, each.cancelled_quantity) for each in gone]
    for released in await stock.release(at, order, units, StockReleaseCause.WITHDRAWN):
        recording.add(released)


def _state_at(order: Order, past: PastRefund) -> OrderState:
    """The state of the order when the refund was made."""
    reached = {
        OrderState.SHIPPED: order.shipped_at,
        OrderState.DELIVERED: order.delivered_at,
        OrderState.RECEIVED: order.received_at,
        OrderState.COMPLETED: order.completed_at,
    }
    states = [state for state, at in reached.items() if at is not None and at <= past.refunded_at]
    return states[-1] if states else OrderState.PAID
