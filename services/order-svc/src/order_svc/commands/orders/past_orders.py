"""Orders in their present state, recorded with what belongs to them and the events of how they came there.

The events have the times at which it happened. Nothing is called, reminded or expired: the money is at a provider that is not ours.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from aftercare_chassis.database.transaction import Transaction
from aftercare_events import (
    Event,
    OrderCancelled,
    OrderCompleted,
    OrderCreated,
    OrderDelivered,
    OrderPaid,
    OrderReceiptConfirmed,
    OrderShipped,
    ParcelRegistered,
    ParcelStatusChanged,
    PaymentSucceeded,
    ShippedLine,
)
from aftercare_events.catalogue.orders import ReceiptCause

from order_svc.commands.journal import keys_of, step_of
from order_svc.commands.orders import stock
from order_svc.commands.orders.orders import order_lines
from order_svc.commands.payments import postings
from order_svc.commands.record import order_fields, parcel_fields, payment_fields, sale_fields
from order_svc.domain import breakdown, policy
from order_svc.domain.fulfilment import fully_shipped
from order_svc.domain.imports.model import PastOrder, PastParcel
from order_svc.domain.imports.rules import contents
from order_svc.domain.model import AfterSaleState, CancelCause, Order, OrderLine, OrderState
from order_svc.domain.payments.model import EXTERNAL, Payment, PaymentState
from order_svc.domain.sales.stock import StockReleaseCause, ordered
from order_svc.domain.tracking import Parcel, ParcelLeg, ParcelLine, ParcelStatus
from order_svc.settings import Settings
from order_svc.tables.order_keys import ORDER_KEYS, OrderKey
from order_svc.tables.order_steps import ORDER_STEPS
from order_svc.tables.orders import ADDRESSES, ORDER_LINES, ORDERS
from order_svc.tables.parcels import PARCEL_LINES, PARCELS
from order_svc.tables.payments import PAYMENTS


@dataclass(slots=True)
class _Recording:
    """What is recorded of one order: `order` and `lines` as they are at last, the events of the order, and all events in their order."""

    tx: Transaction[Settings]
    past: PastOrder
    order: Order
    lines: Sequence[OrderLine]
    of_order: list[Event] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)

    def at(self, time: datetime) -> Transaction[Settings]:
        """The transaction at the time of an event."""
        return self.tx.backdated(time)

    def add(self, event: Event) -> None:
        """An event of the order itself."""
        self.of_order.append(event)
        self.events.append(event)


async def record(tx: Transaction[Settings], merchant_id: str, past: PastOrder) -> None:
    """Record an order that was checked by `imports.rules`.

    Raises:
        CurrencyMismatch, DiscountExceedsLine, TaxExceedsPaid and others: see `orders.create`. Nothing is recorded then.
    """
    recording = _recording(tx, merchant_id, past)
    order, lines = recording.order, recording.lines
    created = recording.at(past.created_at)
    sold = sale_fields(order, lines)
    recording.add(
        OrderCreated(
            **order_fields(created, order, OrderState.CREATED), **sold, deadline_at=None, order_no=past.order_no
        )
    )
    payment = _pay(recording) if past.paid_at is not None else None
    await stock.reserve(created, order, ordered(lines))
    parcels = await _ship(recording)
    await _finish(recording)
    await created.create(ORDERS, order, *recording.of_order)
    await tx.insert(ORDER_LINES, *lines)
    await tx.insert(ADDRESSES, replace(past.address, order_id=order.id, salt=secrets.token_hex(16)))
    if payment is not None:
        await _record_payment(recording, payment)
    for parcel, content, events in parcels:
        await created.create(PARCELS, parcel, *events)
        await tx.insert(PARCEL_LINES, *content)
    await _keep(recording)


def _recording(tx: Transaction[Settings], merchant_id: str, past: PastOrder) -> _Recording:
    order_id = tx.new_id_of("ord", past.created_at)
    lines = order_lines(tx.backdated(past.created_at), order_id, past.drafts, past.currency)
    fee_minor = policy.in_currency(past.fee, past.currency, "/shipping_fee")
    window = timedelta(hours=tx.settings.after_sale_window_hours)
    ends_at = None if past.received_at is None else past.received_at + window
    total = policy.order_total((line.paid_minor for line in lines), fee_minor, past.currency)
    order = Order(
        id=order_id,
        version=0,
        merchant_id=merchant_id,
        buyer_id=past.buyer_id,
        state=past.state,
        after_sale_state=AfterSaleState.NONE,
        currency=past.currency,
        total_minor=total,
        shipping_fee_minor=fee_minor,
        created_at=past.created_at,
        deadline_at=_deadline(tx, past, ends_at),
        payment_id=None if past.paid_at is None else tx.new_id_of("pay", past.paid_at),
        paid_at=past.paid_at,
        paid_minor=0 if past.paid_at is None else total,
        shipped_at=min((each.shipped_at for each in past.parcels), default=None),
        delivered_at=past.delivered_at,
        received_at=past.received_at,
        window_ends_at=ends_at,
        completed_at=past.completed_at,
        cancelled_at=past.cancelled_at,
        cancel_cause=(past.cancel_cause or CancelCause.SELLER) if past.cancelled_at else None,
        buyer_level=past.buyer_level,
        shipping_tax_minor=breakdown.shipping_tax(past.shipping_tax, fee_minor, past.currency),
        shipping_discounts=breakdown.shipping_discounts(past.shipping_discounts, past.currency),
        order_no=past.order_no,
    )
    return _Recording(tx, past, order, _shipped(lines, past))


def _deadline(tx: Transaction[Settings], past: PastOrder, window_ends_at: datetime | None) -> datetime | None:
    """When the timer of the state fires: the time to confirm the receipt starts with the import, and a window ends when it ends."""
    if past.state is OrderState.DELIVERED:
        return tx.now + timedelta(hours=tx.settings.auto_receipt_hours)
    return window_ends_at if past.state is OrderState.RECEIVED else None


def _shipped(lines: Sequence[OrderLine], past: PastOrder) -> list[OrderLine]:
    units = [0] * len(lines)
    for content in contents(past):
        for place, quantity in content:
            units[place] += quantity
    return [replace(line, shipped_quantity=sent) for line, sent in zip(lines, units, strict=True)]


def _pay(recording: _Recording) -> Payment:
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
    sold = sale_fields(order, recording.lines)
    recording.add(
        OrderPaid(
            **order_fields(at, order, OrderState.PAID),
            **sold,
            payment_id=payment.id,
            provider=payment.provider,
            paid_at=past.paid_at,
        )
    )
    return payment


async def _record_payment(recording: _Recording, payment: Payment) -> None:
    at = recording.at(payment.created_at)
    await at.create(PAYMENTS, payment, *(each for each in recording.events if isinstance(each, PaymentSucceeded)))
    await postings.payment_received(at, payment)
    await postings.order_paid(at, recording.order, recording.lines)


async def _ship(recording: _Recording) -> list[tuple[Parcel, list[ParcelLine], list[Event]]]:
    """The parcels with their content and events, in the order in which they were shipped."""
    past, found = recording.past, []
    sent = sorted(zip(past.parcels, contents(past), strict=True), key=lambda each: each[0].shipped_at)
    for number, (parcel, content) in enumerate(sent, 1):
        complete = number == len(sent) and fully_shipped(recording.lines)
        found.append(await _ship_one(recording, parcel, content, complete=complete))
    return found


async def _ship_one(
    recording: _Recording, sent: PastParcel, content: Sequence[tuple[int, int]], *, complete: bool
) -> tuple[Parcel, list[ParcelLine], list[Event]]:
    order, at, arrived_at = recording.order, recording.at(sent.shipped_at), recording.past.delivered_at
    parcel = Parcel(
        id=recording.tx.new_id_of("parcel", sent.shipped_at),
        version=0,
        order_id=order.id,
        case_id=None,
        buyer_id=order.buyer_id,
        merchant_id=order.merchant_id,
        leg=ParcelLeg.OUTBOUND,
        carrier=sent.carrier,
        waybill_no=sent.waybill_no,
        status=ParcelStatus.PENDING if arrived_at is None else ParcelStatus.DELIVERED,
        reason=None,
        terminal=arrived_at is not None,
        delivered_to=None,
        status_at=arrived_at or sent.shipped_at,
        handed_over_at=sent.shipped_at,
        created_at=sent.shipped_at,
    )
    units = [(recording.lines[place], quantity) for place, quantity in content]
    shipped = tuple(ShippedLine(line_id=line.id, quantity=quantity) for line, quantity in units)
    registered = replace(parcel, status=ParcelStatus.PENDING)
    events: list[Event] = [
        ParcelRegistered(**parcel_fields(at, registered), lines=shipped, handed_over_at=sent.shipped_at)
    ]
    recording.events += events
    where = {"parcel_id": parcel.id, "carrier": parcel.carrier, "waybill_no": parcel.waybill_no}
    recording.add(
        OrderShipped(**order_fields(at, order, OrderState.SHIPPED), **where, lines=shipped, complete=complete)
    )
    for committed in await stock.commit(at, replace(order, state=OrderState.SHIPPED), units, parcel.id):
        recording.add(committed)
    if arrived_at is not None:
        events.append(_arrived(recording.at(arrived_at), parcel, arrived_at))
        recording.events.append(events[-1])
    lines = [ParcelLine(parcel_id=parcel.id, line_id=line.id, quantity=quantity) for line, quantity in units]
    return parcel, lines, events


def _arrived(tx: Transaction[Settings], parcel: Parcel, at: datetime) -> ParcelStatusChanged:
    return ParcelStatusChanged(
        **parcel_fields(tx, parcel),
        status=parcel.status,
        previous_status=ParcelStatus.PENDING,
        terminal=True,
        scanned=True,
        delivered=True,
        returned=False,
        refused=False,
        occurred_at=at,
    )


async def _finish(recording: _Recording) -> None:
    """The events after the shipment, or that of the cancellation."""
    order = recording.order
    if order.delivered_at is not None:
        fields = order_fields(recording.at(order.delivered_at), order, OrderState.DELIVERED)
        recording.add(OrderDelivered(**fields, delivered_at=order.delivered_at))
    if order.received_at is not None and order.window_ends_at is not None:
        fields = order_fields(recording.at(order.received_at), order, OrderState.RECEIVED)
        recording.add(
            OrderReceiptConfirmed(
                **fields,
                confirmed_at=order.received_at,
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


async def _keep(recording: _Recording) -> None:
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
