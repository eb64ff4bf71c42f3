"""Orders: placing them, and changing their address."""

import secrets
from collections.abc import Sequence
from typing import Any

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.records import replace
from aftercare_chassis.refusals import Forbidden
from aftercare_events import OrderAddressChanged, OrderCreated, digest

from order_svc.commands import effects
from order_svc.commands.orders import order_units, restrictions, stock
from order_svc.commands.parcels import destinations
from order_svc.commands.record import order_fields, sale_fields
from order_svc.domain import breakdown, policy
from order_svc.domain.article_search import columns
from order_svc.domain.errors import OrderNoTaken
from order_svc.domain.lifecycle import ORDER, OrderAction
from order_svc.domain.merchant_settings import OrderSettingKind
from order_svc.domain.model import (
    Address,
    AfterSaleState,
    Amount,
    DiscountDraft,
    LineDraft,
    Order,
    OrderLine,
    OrderState,
)
from order_svc.domain.order_guards import OrderFacts
from order_svc.domain.payments.plans import PlanDraft, PlanHours, planned
from order_svc.domain.permissions import BUYER
from order_svc.domain.sales import goods
from order_svc.domain.sales.stock import ordered
from order_svc.domain.tracking import Parcel
from order_svc.settings import Settings
from order_svc.tables.merchant_settings import SETTING_IN_FORCE
from order_svc.tables.orders import ADDRESSES, LINES_OF_ORDER, LOCK_ORDER_NO, ORDER_BY_NO, ORDER_LINES, ORDERS
from order_svc.tables.sold_articles import ADD_ARTICLES, sold_articles


async def create(
    tx: Transaction[Settings],
    *,
    buyer_id: str,
    currency: str,
    drafts: Sequence[LineDraft],
    fee: Amount | None,
    address: Address | None,
    buyer_level: str | None = None,
    shipping_tax: Amount | None = None,
    shipping_discounts: Sequence[DiscountDraft] | None = None,
    payment_minutes: int | None = None,
    order_no: str | None = None,
    plan: PlanDraft | None = None,
) -> Order:
    """Place an order for the seller's merchant. It waits for its payment until `deadline_at`: `payment_minutes`, or as long as
    the settings say, or as the plan has it by which it is paid.

    Raises:
        Forbidden: the seller acts for no merchant.
        CurrencyMismatch, DiscountExceedsLine, TaxExceedsPaid, DiscountRepeated, DiscountsDoNotAddUp, ThresholdNotReached,
        AmountTooLarge: the amounts do not add up to an order.
        FulfilmentTermsMismatch, ShipsByNotAhead, GiftUnfit, GiftNotFree, ShippingAddressMissing: see `goods`.
        PaymentTimeTooLong: see `policy.payment_deadline`.
        OrderingRestricted: see `restrictions.judge`.
        OrderNoTaken: another order of the merchant has this number.
        InstalmentEmpty, InstalmentMisplaced, DueTimesDisordered, DueTimeTooLate, PlanDoesNotAddUp: see `plans.planned`.
    """
    if tx.actor.tenant is None:
        raise Forbidden
    if order_no is not None:
        await _check_number(tx, tx.actor.tenant, order_no)
    order_id = tx.new_id("ord")
    lines = order_lines(tx, order_id, drafts, currency)
    goods.check_address(lines, address)
    fee_minor = policy.in_currency(fee, currency, "/shipping_fee")
    order = Order(
        id=order_id,
        version=0,
        merchant_id=tx.actor.tenant,
        buyer_id=buyer_id,
        state=ORDER.initial,
        after_sale_state=AfterSaleState.NONE,
        currency=currency,
        total_minor=policy.order_total((line.paid_minor for line in lines), fee_minor, currency),
        shipping_fee_minor=fee_minor,
        created_at=tx.now,
        deadline_at=None,
        buyer_level=buyer_level,
        payment_minutes=payment_minutes,
        shipping_tax_minor=breakdown.shipping_tax(shipping_tax, fee_minor, currency),
        shipping_discounts=breakdown.shipping_discounts(shipping_discounts, currency),
        order_no=order_no,
        virtual_only=goods.only_virtual(lines) or None,
    )
    order = replace(order, times=await times_in_force(tx, order.merchant_id))
    order = await restrictions.judge(tx, order, lines)
    return await _place(tx, _awaiting_payment(tx, order, plan), lines, address)


async def times_in_force(tx: Transaction[Settings], merchant_id: str) -> dict[str, Any] | None:  # Any: JSON
    """The times that the merchant, or the platform, has set for its orders, as `Order.times`; None where neither has."""
    found = await tx.one(SETTING_IN_FORCE, merchant_id=merchant_id, kind=OrderSettingKind.ORDER_TIMES)
    return None if found is None else {"setting_id": found.id, "version": found.version, **found.content}


async def _check_number(tx: Transaction[Settings], merchant_id: str, order_no: str) -> None:
    """Check that no order of the merchant has this number, and keep others from taking it. Raises: OrderNoTaken."""
    await tx.one(LOCK_ORDER_NO, name=f"{merchant_id} {order_no}")
    taken = await tx.one(ORDER_BY_NO, merchant_id=merchant_id, order_no=order_no)
    if taken is not None:
        raise OrderNoTaken(pointer="/order_no", order_no=order_no, order_id=taken.id)


async def _place(tx: Transaction[Settings], order: Order, lines: Sequence[OrderLine], address: Address | None) -> Order:
    event = OrderCreated(
        **order_fields(tx, order),
        **sale_fields(order, lines),
        deadline_at=order.deadline_at,
        order_no=order.order_no,
        in_review=True if order.review else None,
        review_reason=order.review_reason,
        times_setting_id=None if order.times is None else order.times["setting_id"],
        times_version=None if order.times is None else order.times["version"],
    )
    await stock.reserve(tx, order, ordered(lines))
    created = await tx.create(ORDERS, order, event)
    await tx.insert(ORDER_LINES, *lines)
    sold = columns((line.sku, line.title) for line in lines)
    tx.execute_last(sold_articles.name, ADD_ARTICLES, merchant_id=order.merchant_id, **sold)
    if address is not None:
        await tx.insert(ADDRESSES, replace(address, order_id=order.id, salt=secrets.token_hex(16)))
    return created


def _awaiting_payment(tx: Transaction[Settings], order: Order, plan: PlanDraft | None) -> Order:
    """The order in its first state, with the time to pay."""
    deadline_at = None
    if order.payment_minutes is not None:
        most = tx.settings.longest_payment_hours * 60
        deadline_at = policy.payment_deadline(order.payment_minutes, tx.now, most)
    if plan is not None:
        total = Amount(order.total_minor, order.currency)
        hours = PlanHours(
            order.hours_to_pay(tx.settings.payment_hours),
            tx.settings.longest_payment_hours,
            tx.settings.longest_plan_hours,
        )
        order = replace(order, payment_plan=planned(plan, total=total, now=tx.now, hours=hours).document)
        deadline_at = order.pay_by
    started = ORDER.start(order, tx)
    return started if deadline_at is None or order.review is not None else replace(started, deadline_at=deadline_at)


def order_lines(
    tx: Transaction[Settings], order_id: str, drafts: Sequence[LineDraft], currency: str
) -> Sequence[OrderLine]:
    """The lines of a new order. Raises: see `create`."""
    lines = [_line(tx, order_id, number, draft, currency) for number, draft in enumerate(drafts)]
    breakdown.check_thresholds(lines, currency)
    return goods.with_gifts(lines, drafts, currency)


def _line(tx: Transaction[Settings], order_id: str, number: int, draft: LineDraft, currency: str) -> OrderLine:
    at = f"/lines/{number}"
    goods.check_terms(draft, tx.now, at)
    paid = policy.line_paid(draft, currency, at)
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
        tax_minor=breakdown.line_tax(draft, paid, currency, at),
        discounts=breakdown.line_discounts(draft, currency, at),
        warranty_days=draft.warranty_days,
        fulfilment=draft.fulfilment,
        ships_by=draft.ships_by,
        production_days=draft.production_days,
    )


async def change_address(tx: Transaction[Settings], order_id: str, *, address: Address) -> Order:
    """Replace the shipping address of what has neither left nor is packed. Parcels that have left go where they were sent.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed, OrderPacked, AlreadyShipped, AddressChangesUsed: see ORDER.
    """
    order = await tx.lock(ORDERS, order_id)
    sent = list[Parcel]()
    facts = None
    if order.state is OrderState.SHIPPED:
        sent = await order_units.read_parcels(tx, order_id)
        facts = OrderFacts(await tx.all(LINES_OF_ORDER, order_id=order_id), sent)
    changed = ORDER.apply(order, OrderAction.CHANGE_ADDRESS, tx, facts)
    if tx.actor.role in BUYER.roles:
        before = order.address_changes_left
        left = tx.settings.address_changes if before is None else before
        changed = replace(changed, address_changes_left=left - 1)
    moved = replace(address, order_id=order_id, salt=secrets.token_hex(16))
    event = OrderAddressChanged(**order_fields(tx, changed), address_hash=digest(policy.address_text(moved)))
    saved = await effects.enter(tx, order, changed, event)
    await destinations.keep(tx, sent)
    await tx.upsert(ADDRESSES, moved)
    return saved
