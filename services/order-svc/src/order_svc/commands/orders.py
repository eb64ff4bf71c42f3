"""Orders: placing, paying, and changing their address."""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TypedDict

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.lifecycle import SystemContext
from aftercare_chassis.refusals import Forbidden
from aftercare_events import OrderAddressChanged, OrderCreated, OrderPaid, digest
from aftercare_events import OrderLine as SoldLine

from order_svc.commands import effects
from order_svc.commands.record import order_fields
from order_svc.domain import policy
from order_svc.domain.lifecycle import ORDER, OrderAction
from order_svc.domain.model import Address, AfterSaleState, Amount, LineDraft, Order, OrderLine
from order_svc.domain.payments.model import Payment
from order_svc.settings import Settings
from order_svc.tables.orders import ADDRESSES, LINES_OF_ORDER, ORDER_LINES, ORDERS


class SaleFields(TypedDict):
    """What was sold for how much; amounts in minor units of `currency`."""

    currency: str
    total_minor: int
    shipping_fee_minor: int
    lines: tuple[SoldLine, ...]


async def create(
    tx: Transaction[Settings],
    *,
    buyer_id: str,
    currency: str,
    drafts: Sequence[LineDraft],
    fee: Amount | None,
    address: Address,
) -> Order:
    """Place an order for the seller's merchant. It waits for its payment until `deadline_at`.

    Raises:
        Forbidden: the seller acts for no merchant.
        CurrencyMismatch, DiscountExceedsLine, AmountTooLarge: the amounts do not add up to an order.
    """
    if tx.actor.tenant is None:
        raise Forbidden
    order_id = tx.new_id("ord")
    lines = [_line(tx, order_id, number, draft, currency) for number, draft in enumerate(drafts)]
    fee_minor = policy.in_currency(fee, currency, "/shipping_fee")
    order = _new_order(tx, order_id, tx.actor.tenant, buyer_id, currency, lines, fee_minor)
    event = OrderCreated(**order_fields(tx, order), **_sale_fields(order, lines), deadline_at=order.deadline_at)
    created = await tx.create(ORDERS, order, event)
    await tx.insert(ORDER_LINES, *lines)
    await tx.insert(ADDRESSES, replace(address, order_id=order_id, salt=secrets.token_hex(16)))
    return created


def _new_order(
    tx: Transaction[Settings],
    order_id: str,
    merchant_id: str,
    buyer_id: str,
    currency: str,
    lines: Sequence[OrderLine],
    fee_minor: int,
) -> Order:
    order = Order(
        id=order_id,
        version=0,
        merchant_id=merchant_id,
        buyer_id=buyer_id,
        state=ORDER.initial,
        after_sale_state=AfterSaleState.NONE,
        currency=currency,
        total_minor=policy.order_total((line.paid_minor for line in lines), fee_minor, currency),
        shipping_fee_minor=fee_minor,
        created_at=tx.now,
        deadline_at=None,
    )
    return ORDER.start(order, tx)


def _line(tx: Transaction[Settings], order_id: str, number: int, draft: LineDraft, currency: str) -> OrderLine:
    paid = policy.line_paid(draft, currency, f"/lines/{number}")
    return OrderLine(
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


def _sale_fields(order: Order, lines: Iterable[OrderLine]) -> SaleFields:
    return {
        "currency": order.currency,
        "total_minor": order.total_minor,
        "shipping_fee_minor": order.shipping_fee_minor,
        "lines": tuple(_sold(line) for line in lines),
    }


def _sold(line: OrderLine) -> SoldLine:
    return SoldLine(
        line_id=line.id,
        sku=line.sku,
        quantity=line.quantity,
        unit_price_minor=line.unit_price_minor,
        discount_minor=line.discount_minor,
        paid_minor=line.paid_minor,
        category=line.category,
    )


async def change_address(tx: Transaction[Settings], order_id: str, address: Address) -> Order:
    """Replace the shipping address of an order of which nothing has left.

    Raises:
        IllegalTransition, ActionNotAllowed: see ORDER.
    """
    changed = ORDER.apply(await tx.lock(ORDERS, order_id), OrderAction.CHANGE_ADDRESS, tx)
    moved = replace(address, order_id=order_id, salt=secrets.token_hex(16))
    event = OrderAddressChanged(**order_fields(tx, changed), address_hash=digest(policy.address_text(moved)))
    saved = await tx.save(ORDERS, changed, event)
    await tx.upsert(ADDRESSES, moved)
    return saved


async def mark_paid(tx: Transaction[Settings], order: Order, payment: Payment) -> Order:
    """The locked order is paid by this payment. The event carries what a case needs to be judged later."""
    lines = await tx.all(LINES_OF_ORDER, order_id=order.id)
    paid = ORDER.apply(order, OrderAction.MARK_PAID, SystemContext.of(tx))
    paid = replace(paid, payment_id=payment.id, paid_at=tx.now)
    event = OrderPaid(
        **order_fields(tx, paid),
        **_sale_fields(paid, lines),
        payment_id=payment.id,
        provider=payment.provider,
        paid_at=tx.now,
    )
    return await effects.enter(tx, paid, event)
