"""Orders: placing them, and changing their address."""

import secrets
from collections.abc import Sequence
from dataclasses import replace

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.refusals import Forbidden
from aftercare_events import OrderAddressChanged, OrderCreated, digest

from order_svc.commands import effects
from order_svc.commands.record import order_fields, sale_fields
from order_svc.domain import breakdown, policy
from order_svc.domain.lifecycle import ORDER, OrderAction
from order_svc.domain.model import Address, AfterSaleState, Amount, LineDraft, Order, OrderLine
from order_svc.settings import Settings
from order_svc.tables.orders import ADDRESSES, ORDER_LINES, ORDERS


async def create(
    tx: Transaction[Settings],
    *,
    buyer_id: str,
    currency: str,
    drafts: Sequence[LineDraft],
    fee: Amount | None,
    address: Address,
    buyer_level: str | None = None,
) -> Order:
    """Place an order for the seller's merchant. It waits for its payment until `deadline_at`.

    Raises:
        Forbidden: the seller acts for no merchant.
        CurrencyMismatch, DiscountExceedsLine, TaxExceedsPaid, DiscountRepeated, DiscountsDoNotAddUp, ThresholdNotReached,
        AmountTooLarge: the amounts do not add up to an order.
    """
    if tx.actor.tenant is None:
        raise Forbidden
    order_id = tx.new_id("ord")
    lines = [_line(tx, order_id, number, draft, currency) for number, draft in enumerate(drafts)]
    breakdown.check_thresholds(lines, currency)
    fee_minor = policy.in_currency(fee, currency, "/shipping_fee")
    order = _new_order(tx, order_id, tx.actor.tenant, buyer_id, currency, lines, fee_minor, buyer_level)
    event = OrderCreated(**order_fields(tx, order), **sale_fields(order, lines), deadline_at=order.deadline_at)
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
    buyer_level: str | None,
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
        buyer_level=buyer_level,
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
        tax_minor=breakdown.line_tax(draft, paid, currency, f"/lines/{number}"),
        discounts=breakdown.line_discounts(draft, currency, f"/lines/{number}"),
        warranty_days=draft.warranty_days,
    )


async def change_address(tx: Transaction[Settings], order_id: str, *, address: Address) -> Order:
    """Replace the shipping address of an order of which nothing has left.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed: see ORDER.
    """
    order = await tx.lock(ORDERS, order_id)
    changed = ORDER.apply(order, OrderAction.CHANGE_ADDRESS, tx)
    moved = replace(address, order_id=order_id, salt=secrets.token_hex(16))
    event = OrderAddressChanged(**order_fields(tx, changed), address_hash=digest(policy.address_text(moved)))
    saved = await effects.enter(tx, order, changed, event)
    await tx.upsert(ADDRESSES, moved)
    return saved
