"""Orders in their present state, recorded with what belongs to them and the events of how they came there.

The events have the times at which it happened. Nothing is called, reminded or expired: the money is at a provider that is not ours.
"""

import secrets

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.records import replace
from aftercare_events import (
    OrderCancelled,
    OrderCompleted,
    OrderCreated,
    OrderDelivered,
    OrderPaid,
    OrderReceiptConfirmed,
    PaymentSucceeded,
    RefundSucceeded,
)
from aftercare_events.catalogue.orders import ReceiptCause

from order_svc.commands.journal import keys_of, step_of
from order_svc.commands.orders import past_fulfilments, past_refunds, stock
from order_svc.commands.orders.importing_merchants import ImportingMerchant
from order_svc.commands.orders.past_recording import Recording, recording_of
from order_svc.commands.payments import postings
from order_svc.commands.record import order_fields, payment_fields
from order_svc.domain.imports.model import PastOrder
from order_svc.domain.model import OrderState
from order_svc.domain.payments.model import EXTERNAL, Payment, PaymentState
from order_svc.domain.sales import receipts
from order_svc.domain.sales.stock import StockReleaseCause, ordered
from order_svc.domain.tracking import Parcel
from order_svc.settings import Settings
from order_svc.tables.order_keys import ORDER_KEYS, OrderKey
from order_svc.tables.order_steps import ORDER_STEPS
from order_svc.tables.orders import ADDRESSES, ORDER_LINES, ORDERS
from order_svc.tables.parcels import PARCEL_LINES, PARCELS
from order_svc.tables.payments import PAYMENTS

_OF_PAYMENT = (PaymentSucceeded, RefundSucceeded)


async def record(tx: Transaction[Settings], merchant: ImportingMerchant, past: PastOrder) -> list[Parcel]:
    """Record an order that was checked by `imports.rules`; returns its parcels that are under way.

    Raises:
        CurrencyMismatch, DiscountExceedsLine, TaxExceedsPaid and others: see `orders.create`. Nothing is recorded then.
    """
    recording = recording_of(tx, merchant, past)
    order, lines = recording.order, recording.lines
    created = recording.at(past.created_at)
    fields = order_fields(created, order, OrderState.CREATED)
    times = order.times or {}
    recording.add(
        OrderCreated(
            **fields,
            **recording.sold,
            deadline_at=None,
            order_no=past.order_no,
            times_setting_id=times.get("setting_id"),
            times_version=times.get("version"),
        )
    )
    payment, refund = await past_refunds.made(recording, _pay(recording)) if past.paid_at is not None else (None, None)
    await stock.reserve(created, order, ordered(lines))
    parcels = await past_fulfilments.ship(recording)
    await _finish(recording)
    recording.sort()
    await created.create(ORDERS, order, *recording.of_order)
    await tx.insert(ORDER_LINES, *lines)
    if past.address is not None:
        await tx.insert(ADDRESSES, replace(past.address, order_id=order.id, salt=secrets.token_hex(16)))
    if payment is not None:
        await _record_payment(recording, payment)
    if payment is not None and refund is not None:
        await past_refunds.keep(recording, payment, refund)
    for parcel, content, events in parcels:
        await created.create(PARCELS, parcel, *events)
        await tx.insert(PARCEL_LINES, *content)
    await _keep(recording)
    return [parcel for parcel, _, _ in parcels if not parcel.terminal]


def _pay(recording: Recording) -> Payment:
    order, past = recording.order, recording.past
    if order.payment_id is None or past.paid_at is None:
        raise ValueError("the order is not paid")
    payment = Payment(
        id=order.payment_id,
        version=0,
        order_id=order.id,
        buyer_id=order.buyer_id,
        merchant_id=order.merchant_id,
        provider=EXTERNAL,
        method=EXTERNAL,
        state=PaymentState.SUCCEEDED,
        amount_minor=order.total_minor,
        currency=order.currency,
        refunded_minor=0,
        created_at=past.paid_at,
        settled_at=past.paid_at,
        provider_reference=past.payment_reference,
    )
    at = recording.at(past.paid_at)
    recording.events.append(PaymentSucceeded(**payment_fields(at, payment), provider_reference=past.payment_reference))
    recording.add(
        OrderPaid(
            **order_fields(at, order, OrderState.PAID),
            **recording.sold,
            payment_id=payment.id,
            provider=payment.provider,
            paid_at=past.paid_at,
            shipping_refunded_minor=past.refund and past.refund.shipping and past.refund.shipping.minor,
        )
    )
    return payment


async def _record_payment(recording: Recording, payment: Payment) -> None:
    at = recording.at(payment.created_at)
    await at.create(PAYMENTS, payment, *(each for each in recording.events if isinstance(each, _OF_PAYMENT)))
    await postings.payment_received(at, payment)
    await postings.order_paid(at, recording.order, recording.lines)


async def _finish(recording: Recording) -> None:
    """The events after the shipment, or that of the cancellation."""
    order = recording.order
    if order.delivered_at is not None:
        fields = order_fields(recording.at(order.delivered_at), order, OrderState.DELIVERED)
        due_at = order.deadline_at if order.state is OrderState.DELIVERED else None
        recording.add(OrderDelivered(**fields, delivered_at=order.delivered_at, receipt_due_at=due_at))
    if order.received_at is not None and order.window_ends_at is not None:
        fields = order_fields(recording.at(order.received_at), order, OrderState.RECEIVED)
        recording.add(
            OrderReceiptConfirmed(
                **fields,
                confirmed_at=order.received_at,
                signed_at=receipts.signed_at(order, order.received_at),
                cause=ReceiptCause.BUYER,
                window_ends_at=order.window_ends_at,
            )
        )
    if order.completed_at is not None:
        fields = order_fields(recording.at(order.completed_at), order)
        recording.add(OrderCompleted(**fields, completed_at=order.completed_at))
    if order.cancelled_at is not None and order.cancel_cause is not None:
        at, units = recording.at(order.cancelled_at), ordered(recording.lines)
        recording.add(OrderCancelled(**order_fields(at, order), cause=order.cancel_cause))
        for released in await stock.release(at, order, units, StockReleaseCause.CANCELLED):
            recording.add(released)


async def _keep(recording: Recording) -> None:
    """What the journal keeps of events as they happen: steps that sort by the times of the events, and the keys of the order."""
    tx, order = recording.tx, recording.order
    keys = {key for event in recording.events for key in keys_of(event)}
    await tx.insert(ORDER_KEYS, *(OrderKey(key, order.id, order.merchant_id) for key in sorted(keys)))
    await tx.insert(
        ORDER_STEPS,
        *(
            step_of(event, step_id=tx.new_id_of("step", event.time, place), role=tx.actor.role)
            for place, event in enumerate(recording.events)
        ),
    )
