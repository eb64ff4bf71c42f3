"""Orders: placing, addressing, paying and ending them."""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.lifecycle import SYSTEM, Actor
from aftercare_chassis.refusals import Forbidden
from aftercare_events import OrderAddressChanged, OrderCancelled, OrderCreated, OrderLine, OrderPaid

from order_svc.domain import policy
from order_svc.domain.lifecycle import ORDER, OrderAction
from order_svc.domain.model import (
    Address,
    AfterSale,
    Amount,
    CancelCause,
    Line,
    LineDraft,
    Order,
    OrderState,
)
from order_svc.domain.payments.model import Payment
from order_svc.tables.orders import ADDRESSES, LINES, LINES_OF, ORDERS


def about(tx: Transaction, order: Order, **other: Any) -> dict[str, Any]:
    """The six answers and the ids of every event of an order. Sellers apply for their merchant, others for the buyer."""
    return {
        "affected_party": order.buyer_id,
        "applicant": order.merchant_id if tx.actor.role == "seller" else order.buyer_id,
        "handler": tx.actor.id,
        "time": tx.now,
        "result": order.state.value,
        "order_id": order.id,
        "buyer_id": order.buyer_id,
        "merchant_id": order.merchant_id,
        **other,
    }


def sold(lines: Iterable[Line]) -> tuple[OrderLine, ...]:
    """The lines as events tell them."""
    return tuple(
        OrderLine(
            line_id=line.id,
            sku=line.sku,
            quantity=line.quantity,
            unit_price_minor=line.unit_price_minor,
            discount_minor=line.discount_minor,
            paid_minor=line.paid_minor,
            category=line.category,
        )
        for line in lines
    )


async def create(
    tx: Transaction, *, buyer_id: str, currency: str, drafts: Sequence[LineDraft], fee: Amount | None, address: Address
) -> Order:
    """Place an order for the seller's merchant; it waits for its payment until `deadline_at`."""
    if tx.actor.tenant is None:
        raise Forbidden
    order_id = tx.new_id("ord")
    lines = [_line(tx, order_id, number, draft, currency) for number, draft in enumerate(drafts)]
    fee_minor = policy.in_currency(fee, currency, "/shipping_fee")
    order = Order(
        id=order_id,
        version=0,
        merchant_id=tx.actor.tenant,
        buyer_id=buyer_id,
        state=OrderState.CREATED,
        after_sale_state=AfterSale.NONE,
        currency=currency,
        total_minor=policy.order_total((line.paid_minor for line in lines), fee_minor, currency),
        shipping_fee_minor=fee_minor,
        created_at=tx.now,
        deadline_at=tx.now + timedelta(hours=tx.settings.payment_hours),
    )
    created = await tx.create(
        ORDERS, order, OrderCreated(**about(tx, order, deadline_at=order.deadline_at, **_worth(order, lines)))
    )
    await tx.insert(LINES, *lines)
    await tx.insert(ADDRESSES, replace(address, order_id=order_id, salt=secrets.token_hex(16)))
    return created


def _line(tx: Transaction, order_id: str, number: int, draft: LineDraft, currency: str) -> Line:
    paid = policy.line_paid(draft, currency, f"/lines/{number}")
    return Line(
        id=tx.new_id("line"),
        order_id=order_id,
        position=number + 1,
        sku=draft.sku,
        title=draft.title,
        category=draft.category,
        quantity=draft.quantity,
        unit_price_minor=draft.unit_price.minor,
        discount_minor=draft.discount.minor if draft.discount else 0,
        paid_minor=paid,
    )


def _worth(order: Order, lines: Iterable[Line]) -> dict[str, Any]:
    return {
        "currency": order.currency,
        "total_minor": order.total_minor,
        "shipping_fee_minor": order.shipping_fee_minor,
        "lines": sold(lines),
    }


async def change_address(tx: Transaction, order_id: str, address: Address) -> Order:
    """Send the order elsewhere, as long as nothing of it has left."""
    order = await tx.lock(ORDERS, order_id)
    changed = replace(order, state=ORDER.move(order.state, OrderAction.CHANGE_ADDRESS, tx.actor))
    moved = replace(address, order_id=order.id, salt=secrets.token_hex(16))
    event = OrderAddressChanged(**about(tx, changed), address_hash=policy.address_hash(moved))
    saved = await tx.save(ORDERS, changed, event)
    await tx.upsert(ADDRESSES, moved)
    return saved


async def mark_paid(tx: Transaction, order: Order, payment: Payment) -> Order:
    """The locked order is paid by this payment. Said with everything a case needs to be judged later."""
    lines = await tx.all(LINES_OF, order_id=order.id)
    paid = replace(
        order,
        state=ORDER.move(order.state, OrderAction.MARK_PAID, SYSTEM),
        payment_id=payment.id,
        paid_at=tx.now,
        deadline_at=None,
    )
    event = OrderPaid(
        **about(tx, paid), payment_id=payment.id, provider=payment.provider, paid_at=tx.now, **_worth(paid, lines)
    )
    return await tx.save(ORDERS, paid, event)


async def call_off(tx: Transaction, order: Order, action: OrderAction, cause: CancelCause, actor: Actor) -> Order:
    """Cancel the locked order; what was paid for it is the caller's concern."""
    cancelled = replace(
        order,
        state=ORDER.move(order.state, action, actor),
        cancelled_at=tx.now,
        cancel_cause=cause,
        deadline_at=None,
    )
    return await tx.save(ORDERS, cancelled, OrderCancelled(**about(tx, cancelled), cause=cause))
