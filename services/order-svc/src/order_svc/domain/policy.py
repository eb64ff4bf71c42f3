"""Judgement about orders: amounts, permitted actions, whose turn it is."""

import json
from collections.abc import Iterable
from datetime import datetime, timedelta

from aftercare_chassis.lifecycle import NOBODY, Actor, Allowed

from order_svc.domain import errors
from order_svc.domain.lifecycle import ORDER, SHOWN_ACTIONS
from order_svc.domain.model import (
    Address,
    Amount,
    LineDraft,
    Order,
)
from order_svc.domain.order_guards import OrderFacts
from order_svc.domain.sales.errors import PaymentTimeTooLong

LARGEST_TOTAL = 10**13


def line_paid(draft: LineDraft, currency: str, at: str) -> int:
    """The amount that is paid for a line, in minor units; the discount is for the whole line.

    Raises:
        CurrencyMismatch: the price or the discount is in another currency than the order.
        DiscountExceedsLine: the discount is larger than the line's value.
    """
    gross = draft.quantity * in_currency(draft.unit_price, currency, f"{at}/unit_price")
    discount = in_currency(draft.discount, currency, f"{at}/discount")
    if discount > gross:
        place = f"{at}/discount"
        raise errors.DiscountExceedsLine(pointer=place, discount_minor=discount, gross_minor=gross, currency=currency)
    return gross - discount


def in_currency(amount: Amount | None, currency: str, at: str) -> int:
    """The amount in minor units; 0 where there is none.

    Raises:
        CurrencyMismatch: it is in another currency than the order.
    """
    if amount is None:
        return 0
    if amount.currency != currency:
        raise errors.CurrencyMismatch(pointer=f"{at}/currency", currency=currency)
    return amount.minor


def order_total(paid_minor: Iterable[int], shipping_fee_minor: int, currency: str) -> int:
    """The sum of the lines and the shipping fee, in minor units.

    Raises:
        AmountTooLarge: the sum exceeds LARGEST_TOTAL; it points at the first amount with which it does.
    """
    total = 0
    places = [(f"/lines/{number}", minor) for number, minor in enumerate(paid_minor)]
    for place, minor in [*places, ("/shipping_fee", shipping_fee_minor)]:
        total += minor
        if total > LARGEST_TOTAL:
            raise errors.AmountTooLarge(pointer=place, limit_minor=LARGEST_TOTAL, currency=currency)
    return total


def allowed(order: Order, facts: OrderFacts, actor: Actor) -> list[Allowed]:
    """The actions that the API shows, each with the reason why this actor may not take it now."""
    return [each for each in ORDER.allowed(order, actor, facts) if each.action in SHOWN_ACTIONS]


def whose_turn(order: Order, facts: OrderFacts) -> str | None:
    """Who has to act next; None when the order is over."""
    turn = ORDER.whose_turn(order, facts)
    return None if turn == NOBODY else turn


def payment_deadline(minutes: int, placed_at: datetime, most: float) -> datetime:
    """Until when an order is paid that sets the time itself; `most` minutes are permitted.

    Raises:
        PaymentTimeTooLong: it sets more.
    """
    if minutes > most:
        raise PaymentTimeTooLong(pointer="/payment_minutes", most=int(most))
    return placed_at + timedelta(minutes=minutes)


def address_text(address: Address) -> str:
    """The text whose digest is published for an address: it holds the salt, so that the address cannot be guessed from it."""
    fields = (address.name, address.phone, address.country, address.province, address.city, address.district)
    return json.dumps([address.salt, *fields, address.street, address.postal_code], ensure_ascii=False)
