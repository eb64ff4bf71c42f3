"""What entering a state causes: of orders, payments and refunds. Every change of their state is saved here."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.lifecycle import SystemContext
from aftercare_chassis.records import replace
from aftercare_events import Event, OrderCancelled, OrderDelivered, OrderPaid, OrderPartlyPaid
from aftercare_events.catalogue.receipts import ReceiptPeriodStarted

from order_svc.commands.cases import holds
from order_svc.commands.orders import order_units, stock
from order_svc.commands.payments import call_queue, postings, refund_creation, time_to_pay
from order_svc.commands.record import order_fields, paid_with, sale_fields
from order_svc.domain import fulfilment
from order_svc.domain.cases import Case, CaseState
from order_svc.domain.lifecycle import ORDER, OrderAction
from order_svc.domain.model import CancelCause, Order, OrderState
from order_svc.domain.order_units import OrderUnits
from order_svc.domain.payments.charge_backs import ChargeBack, ChargeBackState
from order_svc.domain.payments.codes import AuthorisationEndCause, FailureCode, OwnRefundCause
from order_svc.domain.payments.model import IN_FLIGHT, CallVerb, Payment, PaymentState, Refund, RefundState
from order_svc.domain.payments.plans import PaymentPlan, kept_minor
from order_svc.domain.payments.policy import release_reason
from order_svc.domain.sales import goods, receipts
from order_svc.domain.sales.receipts import Arrival
from order_svc.domain.tracking import Parcel
from order_svc.settings import Settings
from order_svc.tables.charge_backs import CHARGE_BACKS
from order_svc.tables.orders import LINES_OF_ORDER, ORDERS
from order_svc.tables.payments import HURRY_CALL, PAYMENTS, REFUNDS, REFUNDS_OF_CASE, TAKEN_PAYMENTS


async def enter(tx: Transaction[Settings], before: Order, after: Order, *events: Event) -> Order:
    """Save the changed order with its events, and do what its state causes if it has just entered it."""
    reminder = timedelta(hours=tx.settings.receipt_reminder_hours)
    saved = await tx.save(ORDERS, receipts.with_reminder(after, reminder, tx.now), *events)
    effect = ORDER_EFFECTS.get(saved.state)
    if effect is not None and saved.state is not before.state:
        await effect(tx, saved)
    return saved


async def enter_payment(tx: Transaction[Settings], order: Order, payment: Payment, *events: Event) -> Payment:
    """Save the payment of the locked order in the state that it has entered, with its events, and do what the state causes."""
    saved = await tx.save(PAYMENTS, payment, *events)
    effect = PAYMENT_EFFECTS.get(saved.state)
    if effect is not None:
        await effect(tx, order, saved)
    return saved


async def save_refund(tx: Transaction[Settings], payment: Payment, refund: Refund, *events: Event) -> Payment:
    """Save the refund in a state that is not its last, and its locked payment with the events: it causes nothing."""
    await tx.upsert(REFUNDS, refund)
    return await tx.save(PAYMENTS, payment, *events)


async def end_refund(
    tx: Transaction[Settings],
    order: Order,
    payment: Payment,
    refund: Refund,
    *events: Event,
    then: RefundState | None,
) -> None:
    """Save the refund, or the share of one, in the state that ends it, and its locked payment with the events; do what `then` causes, the
    state of all of the refund: None while other shares of it are on their way.

    The order is locked as well.
    """
    await save_refund(tx, payment, refund, *events)
    await postings.refund_ended(tx, payment, refund)
    if then is not None:
        await REFUND_EFFECTS[then](tx, order, refund)


async def enter_charge_back(
    tx: Transaction[Settings], order: Order, payment: Payment, charge_back: ChargeBack, *events: Event
) -> Payment:
    """Save the charge-back in the state that it has entered, and its locked payment with the events; post what the state moves.

    What the merchant has won of an order that a party cancelled goes back to the buyer.
    """
    await tx.upsert(CHARGE_BACKS, charge_back)
    await postings.charge_back_changed(tx, payment, charge_back)
    saved = await tx.save(PAYMENTS, payment, *events)
    if charge_back.state is ChargeBackState.WON and order.state is OrderState.CANCELLED:
        await _refund_cancelled(tx, order)
    return saved


async def _undo_payment(tx: Transaction[Settings], order: Order) -> None:
    """Refund what was paid for an order that a party cancelled, but for a deposit that the merchant keeps; the refunds of other causes
    exist already. Payments that the buyer has not made are closed at their providers now, and what is authorised is released, not when they
    would be queried next."""
    if order.payment_id is None:
        await tx.execute(HURRY_CALL, order_id=order.id, now=tx.now)
        tx.wake(call_queue.WORKER)
    if order.payment_id is not None and _gives_back(order):
        await postings.order_undone(tx, order)
    await _refund_cancelled(tx, order)


def _gives_back(order: Order) -> bool:
    return bool(order.taken_minor) and order.cancel_cause is not CancelCause.REFUNDED


async def _refund_cancelled(tx: Transaction[Settings], order: Order) -> None:
    if _gives_back(order):
        await refund_creation.refund_order(tx, order, OwnRefundCause.ORDER_CANCELLED)


async def _pay_order(tx: Transaction[Settings], order: Order, payment: Payment) -> None:
    """Mark the order as paid, or as paid in part. Where it does not take the payment, because it has ended or was paid by others
    meanwhile, the money is refunded."""
    await postings.payment_received(tx, payment)
    if payment.surplus:
        await refund_creation.refund_surplus(tx, payment)
        return
    taken = replace(order, paid_minor=order.paid_minor + payment.amount_minor)
    if taken.paid_minor < taken.total_minor:
        await _take_part(tx, order, taken, payment)
        return
    paid = ORDER.apply(taken, OrderAction.MARK_PAID, SystemContext.of(tx))
    lines = await tx.all(LINES_OF_ORDER, order_id=order.id)
    ship_by = tx.now + timedelta(hours=order.own_settings.get("ship_hours", tx.settings.ship_hours))
    paid = replace(paid, payment_id=payment.id, paid_at=tx.now, stock_ship_by_at=ship_by)
    paid = ORDER.reschedule(replace(paid, ship_by_at=goods.next_ship_by(paid, lines)), tx)
    await postings.order_paid(tx, paid, lines)
    several = payment.amount_minor < paid.total_minor
    parts = paid_with(await tx.all(TAKEN_PAYMENTS, order_id=order.id)) if several else None
    how = {"payment_id": payment.id, "provider": payment.provider, "payments": parts}
    event = OrderPaid(**order_fields(tx, paid), **sale_fields(paid, lines), **how, paid_at=tx.now)
    await enter(tx, order, paid, event)


async def hold(tx: Transaction[Settings], order: Order, payment: Payment) -> None:
    """Have the authorised payment looked at when its provider releases it; the order waits for its capture."""
    await call_queue.put(tx, payment, CallVerb.QUERY, payment.authorised_until or tx.now)
    await time_to_pay.follow(tx, order, AuthorisationEndCause.FAILED)


async def _capture(tx: Transaction[Settings], order: Order, payment: Payment) -> None:
    await call_queue.put(tx, payment, CallVerb.SUBMIT, tx.now)
    await time_to_pay.follow(tx, order, AuthorisationEndCause.CAPTURED_IN_PART)


async def _release(tx: Transaction[Settings], order: Order, payment: Payment) -> None:
    await call_queue.put(tx, payment, CallVerb.QUERY, tx.now, gives_up=True)
    expired = release_reason(payment, order, tx.now) is FailureCode.AUTHORISATION_EXPIRED
    cause = AuthorisationEndCause.AUTHORISATION_EXPIRED if expired else AuthorisationEndCause.VOIDED
    await time_to_pay.follow(tx, order, cause)


async def _fail(tx: Transaction[Settings], order: Order, payment: Payment) -> None:
    if payment.authorised_until is not None:
        await time_to_pay.follow(tx, order, AuthorisationEndCause.FAILED)


async def _take_part(tx: Transaction[Settings], before: Order, order: Order, payment: Payment) -> None:
    """The payment pays a part of the order: by a plan, the next part opens, with the time until when it is due."""
    by_system = SystemContext.of(tx)
    part = ORDER.apply(order, OrderAction.TAKE_PAYMENT, by_system)
    if (plan := PaymentPlan.of(part)) is not None:
        opened = plan.opened(part.paid_minor, tx.now, part.hours_to_pay(tx.settings.payment_hours))
        part = ORDER.enter_again(replace(part, payment_plan=opened.document), by_system)
    part = await time_to_pay.after_part(tx, part)
    event = OrderPartlyPaid(
        **order_fields(tx, part),
        payment_id=payment.id,
        amount_minor=payment.amount_minor,
        paid_minor=part.paid_minor,
        left_minor=part.total_minor - part.paid_minor,
        currency=part.currency,
        deadline_at=part.deadline_at,
    )
    await enter(tx, before, part, event)


async def _withdraw_units(tx: Transaction[Settings], order: Order, refund: Refund) -> None:
    """Withdraw the units that the refund's case holds; the order may be over."""
    before = await order_units.read(tx, order.id)
    units = await _settled(tx, before, refund)
    if (case := _case_of(units, refund)) is not None:
        units = holds.withdraw(units, case)
    await order_units.save(tx, before, units)
    await advance(tx, await stock.release_withdrawn(tx, order, before, units), units)


async def _release_units(tx: Transaction[Settings], order: Order, refund: Refund) -> None:
    """Release the units of the refund's case where the case has ended meanwhile and waited for this result."""
    before = await order_units.read(tx, order.id)
    units = await _settled(tx, before, refund)
    case = _case_of(units, refund)
    if case is not None and case.state is not CaseState.OPEN:
        units = holds.release(units, case)
    await order_units.save(tx, before, units)


ORDER_EFFECTS: Mapping[OrderState, Callable[[Transaction[Settings], Order], Awaitable[None]]] = {
    OrderState.CANCELLED: _undo_payment
}
PAYMENT_EFFECTS: Mapping[PaymentState, Callable[[Transaction[Settings], Order, Payment], Awaitable[None]]] = {
    PaymentState.AUTHORISED: hold,
    PaymentState.CAPTURING: _capture,
    PaymentState.RELEASING: _release,
    PaymentState.SUCCEEDED: _pay_order,
    PaymentState.FAILED: _fail,
}
REFUND_EFFECTS: Mapping[RefundState, Callable[[Transaction[Settings], Order, Refund], Awaitable[None]]] = {
    RefundState.SUCCEEDED: _withdraw_units,
    RefundState.FAILED: _release_units,
}


async def cancel(
    tx: Transaction[Settings], before: Order, order: Order, cause: CancelCause, reason: str | None = None
) -> Order:
    """Record the cancellation of an order that has entered that state, and do what it causes. `reason` is the caller's code."""
    cancelled = replace(order, cancelled_at=tx.now, cancel_cause=cause)
    kept = kept_minor(cancelled) or None
    deposit = {"deposit_kept_minor": kept, "currency": None if kept is None else cancelled.currency}
    event = OrderCancelled(**order_fields(tx, cancelled), cause=cause, reason=reason, **deposit)
    return await enter(tx, before, cancelled, event, *await stock.release_rest(tx, cancelled))


async def _settled(tx: Transaction[Settings], units: OrderUnits, refund: Refund) -> OrderUnits:
    """The units after it is noted with the refund's case whether another refund of it is still on its way."""
    case = _case_of(units, refund)
    if case is None:
        return units
    refunds = await tx.all(REFUNDS_OF_CASE, case_id=case.id)
    return units.with_case(replace(case, refunding=any(each.state in IN_FLIGHT for each in refunds)))


def _case_of(units: OrderUnits, refund: Refund) -> Case | None:
    return None if refund.case_id is None else units.find_case(refund.case_id)


async def advance(
    tx: Transaction[Settings], order: Order, units: OrderUnits, parcels: Sequence[Parcel] | None = None
) -> Order:
    """Deliver or cancel the locked order where its parcels and refunds leave nothing to wait for. The parcels are read unless they are given.

    Called after each fact that may be the last one: the end of a parcel, the success of a refund, the completion of a case.
    """
    if order.state not in (OrderState.PAID, OrderState.SHIPPED) or order.payment_id is None:
        return order
    if not fulfilment.fully_shipped(units.lines):
        return order
    located = await order_units.located(tx, order.id, units, parcels)
    refunded = sum(each.refunded_minor for each in await tx.all(TAKEN_PAYMENTS, order_id=order.id))
    if fulfilment.wholly_refunded(located, refunded, order.virtual_delivered_at):
        ended = ORDER.apply(order, OrderAction.REFUND_WHOLLY, SystemContext.of(tx))
        return await cancel(tx, order, ended, CancelCause.REFUNDED)
    arrived = fulfilment.arrived_at(located, order.virtual_delivered_at)
    return order if arrived is None else await _deliver(tx, order, arrived, located.parcels)


async def _deliver(tx: Transaction[Settings], order: Order, arrived: datetime, parcels: Sequence[Parcel]) -> Order:
    # A courier's clock may be wrong, but nothing arrives before it was sent or after its arrival was reported.
    at = min(max(arrived, order.shipped_at or arrived), tx.now)
    timed = _with_receipt_from(tx, replace(order, delivered_at=at), parcels)
    extensions = order.own_settings.get("receipt_extensions", tx.settings.receipt_extensions)
    timed = replace(timed, receipt_extensions_left=int(extensions))
    delivered = ORDER.apply(timed, OrderAction.DELIVER, SystemContext.of(tx))
    event = OrderDelivered(**order_fields(tx, delivered), delivered_at=at, receipt_due_at=delivered.deadline_at)
    return await enter(tx, order, delivered, event)


async def collect(tx: Transaction[Settings], order: Order) -> Order:
    """A parcel of the locked order was collected in person. The time to confirm the receipt of a delivered order runs from the last one."""
    if order.state is not OrderState.DELIVERED:
        return order
    timed = _with_receipt_from(tx, order, await order_units.read_parcels(tx, order.id))
    if timed.receipt_from_at == order.receipt_from_at:
        return order
    timed = ORDER.reschedule(timed, tx)
    started = {"receipt_from_at": timed.receipt_from_at, "receipt_due_at": timed.deadline_at}
    return await enter(tx, order, timed, ReceiptPeriodStarted(**order_fields(tx, timed), **started))


def _with_receipt_from(tx: Transaction[Settings], order: Order, parcels: Sequence[Parcel]) -> Order:
    arrival = Arrival.of(fulfilment.outbound(parcels), order.virtual_delivered_at)
    return receipts.with_receipt_from(order, arrival, timedelta(hours=tx.settings.collection_hours), tx.now)
