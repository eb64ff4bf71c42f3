"""The order that is imported as it is at last, and the events of how it came there."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.records import replace
from aftercare_events import Event

from order_svc.commands.orders.importing_merchants import ImportingMerchant
from order_svc.commands.orders.orders import order_lines
from order_svc.commands.record import SaleFields, sale_fields
from order_svc.domain import breakdown, policy
from order_svc.domain.imports import refunds, rules
from order_svc.domain.imports.model import PastOrder
from order_svc.domain.lifecycle import ORDER
from order_svc.domain.model import AfterSaleState, CancelCause, Order, OrderLine, OrderState
from order_svc.domain.sales import goods, receipts
from order_svc.settings import Settings

_GOES_ON = frozenset({OrderState.PAID, OrderState.SHIPPED, OrderState.DELIVERED})
"""The states of orders for which times of their merchant begin here; others have ended by those of the shop where they were placed."""


@dataclass(slots=True)
class Recording:
    """What is recorded of one order: `order` and `lines` as they are at last, what was sold as its events state it, the events of the order,
    and all events in their order."""

    tx: Transaction[Settings]
    past: PastOrder
    order: Order
    lines: Sequence[OrderLine]
    sold: SaleFields
    of_order: list[Event] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    _at: dict[datetime, Transaction[Settings]] = field(default_factory=dict)

    def at(self, time: datetime) -> Transaction[Settings]:
        """The transaction at the time of an event."""
        found = self._at.get(time)
        if found is None:
            found = self._at[time] = self.tx.backdated(time)
        return found

    def add(self, event: Event) -> None:
        """An event of the order itself."""
        self.of_order.append(event)
        self.events.append(event)

    def sort(self) -> None:
        """Bring the events in the order of their times: what was refunded is known from the beginning."""
        if self.past.refund is not None:
            self.of_order.sort(key=lambda event: event.time)
            self.events.sort(key=lambda event: event.time)


def recording_of(tx: Transaction[Settings], merchant: ImportingMerchant, past: PastOrder) -> Recording:
    """The recording of an order before its first event. Raises: see `orders.create`."""
    order_id = tx.new_id_of("ord", past.created_at)
    lines = order_lines(tx.backdated(past.created_at), order_id, past.drafts, past.currency)
    goods.check_address(lines, past.address)
    fee_minor = policy.in_currency(past.fee, past.currency, "/shipping_fee")
    window = timedelta(hours=tx.settings.after_sale_window_hours)
    least = timedelta(hours=tx.settings.least_window_hours)
    total = policy.order_total((line.paid_minor for line in lines), fee_minor, past.currency)
    order = Order(
        id=order_id,
        version=0,
        merchant_id=merchant.id,
        buyer_id=past.buyer_id,
        state=past.state,
        after_sale_state=AfterSaleState.NONE,
        currency=past.currency,
        total_minor=total,
        shipping_fee_minor=fee_minor,
        created_at=past.created_at,
        deadline_at=None,
        payment_id=None if past.paid_at is None else tx.new_id_of("pay", past.paid_at),
        paid_at=past.paid_at,
        paid_minor=0 if past.paid_at is None else total,
        shipped_at=min((each.shipped_at for each in past.parcels), default=None),
        receipt_from_at=past.delivered_at,
        delivered_at=past.delivered_at,
        received_at=past.received_at,
        completed_at=past.completed_at,
        virtual_delivered_at=past.virtual_delivered_at,
        virtual_only=rules.only_virtual(past) or None,
        cancelled_at=past.cancelled_at,
        cancel_cause=(past.cancel_cause or CancelCause.SELLER) if past.cancelled_at else None,
        buyer_level=past.buyer_level,
        shipping_tax_minor=breakdown.shipping_tax(past.shipping_tax, fee_minor, past.currency),
        shipping_discounts=breakdown.shipping_discounts(past.shipping_discounts, past.currency),
        order_no=past.order_no,
        times=merchant.times if past.state in _GOES_ON else None,
    )
    order = _timed(tx, receipts.with_window(order, window, least))
    sent = _refunded(_shipped(lines, past), past, fee_minor)
    return Recording(tx, past, order, sent, sale_fields(order, sent))


def _timed(tx: Transaction[Settings], order: Order) -> Order:
    """The order with the timer of its state, as of any other: parcels that are under way are expected from now on."""
    if order.state is OrderState.SHIPPED:
        hours = order.own_settings.get("delivery_hours", tx.settings.delivery_hours)
        order = replace(order, deliver_by_at=tx.now + timedelta(hours=hours))
        return replace(order, deadline_at=order.deliver_by_at)
    if order.state is OrderState.DELIVERED:
        return _to_confirm(tx, order)
    return replace(order, deadline_at=order.window_ends_at) if order.state is OrderState.RECEIVED else order


def _to_confirm(tx: Transaction[Settings], order: Order) -> Order:
    """The delivered order with the time to confirm its receipt, which its former shop may have let run further than the rule does."""
    extensions = order.own_settings.get("receipt_extensions", tx.settings.receipt_extensions)
    order = ORDER.reschedule(replace(order, receipt_extensions_left=int(extensions)), tx)
    reminder = timedelta(hours=tx.settings.receipt_reminder_hours)
    if order.deadline_at is not None:
        order = ORDER.reschedule(receipts.with_notice(order, order.deadline_at, reminder, tx.now), tx)
    return receipts.with_reminder(order, reminder, tx.now)


def _shipped(lines: Sequence[OrderLine], past: PastOrder) -> list[OrderLine]:
    units = [0] * len(lines)
    for content in [*rules.contents(past), rules.virtual_content(past)]:
        for place, quantity in content:
            units[place] += quantity
    return [replace(line, shipped_quantity=sent) for line, sent in zip(lines, units, strict=True)]


def _refunded(lines: list[OrderLine], past: PastOrder, fee_minor: int) -> list[OrderLine]:
    """The lines with what was refunded of them before. Raises: see `refunds.check_amounts`."""
    if past.refund is None:
        return lines
    refunds.check_amounts(past.refund, past.currency, [line.paid_minor for line in lines], fee_minor)
    found = map(refunds.parts, past.refund.lines, rules.unsent(past))
    return [
        replace(
            line,
            withdrawn_quantity=part.cancelled,
            cancelled_quantity=part.cancelled,
            cancelled_minor=part.cancelled_minor,
            refunded_quantity=part.returned,
            refunded_minor=part.returned_minor,
        )
        for line, part in zip(lines, found, strict=True)
    ]
