"""The lines of an order in requests and responses."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Self

from aftercare_chassis.http.schemas import In, Money, Name, Out, Time
from pydantic import Field

from order_svc.domain.model import (
    AfterSaleState,
    Amount,
    DiscountDraft,
    DiscountFunder,
    DiscountKind,
    LineDraft,
    LineFulfilment,
    OrderLine,
)

EXAMPLE_LINE = {
    "sku": "KETTLE-1",
    "title": "电热水壶 1.7L",
    "quantity": 3,
    "unit_price": {"amount": 9900, "currency": "CNY"},
    "discount": {"amount": 1000, "currency": "CNY"},
    "category": "kitchen",
}
Units = Annotated[int, Field(ge=1, le=10_000)]


class DiscountIn(In):
    """A discount of the whole order, a part of a line's discount, for all its units, or of that of the shipping fee."""

    kind: DiscountKind
    """What it was: `points` or a `coupon` of the buyer, a `gift`, or a `promotion` for everybody."""
    funder: DiscountFunder
    """Who paid for it."""
    amount: Money
    """In the currency of the order."""
    threshold: Money | None = None
    """Of a discount of the order: what its lines have to come to, before the discounts of the order, for it. Stated with a line,
    `amount` is the share of this line. Whether a return that takes the order below it costs the discount is for the merchant to set."""

    def draft(self) -> DiscountDraft:
        """The discount as the command takes it."""
        threshold = amount_of(self.threshold) if self.threshold else None
        return DiscountDraft(self.kind, self.funder, amount_of(self.amount), threshold)


class OrderLineIn(In):
    """One article. `discount` is the discount for the whole line, not per unit."""

    sku: Name
    """The merchant's article number."""
    title: Name
    """What the buyer reads about the article."""
    quantity: Units
    """How many units are ordered."""
    unit_price: Money
    """Before the discount, in the currency of the order."""
    discount: Money | None = None
    """For the whole line, not per unit; at most `quantity` × `unit_price`; zero where it is left out."""
    category: Name | None = None
    """The merchant's own category; may be left out."""
    tax: Money | None = None
    """The tax in what is paid for the line, `quantity` × `unit_price` − `discount`; may be left out. A refund then shows its
    share."""
    discounts: Annotated[list[DiscountIn] | None, Field(max_length=20)] = None
    """What `discount` is made of: the amounts add up to it. May be left out. When units are refunded, their share goes back
    to the buyer (points, coupons) or to the funder. Discounts of the order name their `threshold`."""
    warranty_days: Annotated[int, Field(ge=0, le=36_500)] | None = None
    """How many days after they were signed for the goods are repaired or replaced under warranty, 0: not at all. May be left out: then what the
    merchant has set in aftersale-svc counts."""
    fulfilment: LineFulfilment | None = None
    """How the units come to the buyer; `stock` where it is left out. Deadlines depend on it."""
    ships_by: Time | None = None
    """The time to ship by that was promised; for `pre_sale`, and only there."""
    production_days: Annotated[int, Field(ge=1, le=365)] | None = None
    """How many days the production takes, from the payment on; for `made_to_order`, and only there."""
    gift_of: Annotated[int, Field(ge=0, le=99)] | None = None
    """Of a gift: the line of this order that it comes with, from 0 on. Nothing is paid for a gift: its discount is the whole price."""

    def draft(self) -> LineDraft:
        """The line as the command takes it."""
        return LineDraft(
            sku=self.sku,
            title=self.title,
            category=self.category,
            quantity=self.quantity,
            unit_price=amount_of(self.unit_price),
            discount=amount_of(self.discount) if self.discount else None,
            tax=amount_of(self.tax) if self.tax else None,
            discounts=None if self.discounts is None else [each.draft() for each in self.discounts],
            warranty_days=self.warranty_days,
            fulfilment=self.fulfilment,
            ships_by=self.ships_by,
            production_days=self.production_days,
            gift_of=self.gift_of,
        )


class DiscountOut(Out):
    """A discount of the whole order, a part of a line's discount, or of that of the shipping fee."""

    kind: DiscountKind
    """What it was."""
    funder: DiscountFunder
    """Who paid for it."""
    amount: Money
    """For all lines, for all units of the line, or for the whole shipment."""
    threshold: Money | None = None
    """What the order had to come to for it, 0 for a discount of the order without such a condition; null for one of the line alone."""


class OrderLineOut(Out):
    """One article; `paid` is the amount for all its units after the discount."""

    id: str
    """Identifies the line in parcels and cases: `line_…`."""
    sku: str
    """The merchant's article number."""
    title: str
    """What the buyer reads about the article."""
    category: str | None
    """The merchant's own category; null where none was given."""
    quantity: int
    """How many units were ordered."""
    unit_price: Money
    """Before the discount."""
    discount: Money
    """For the whole line, not per unit."""
    paid: Money
    """What all units of the line cost: `quantity` × `unit_price` − `discount`."""
    tax: Money | None = None
    """The tax in `paid`; null where the merchant did not state it."""
    discounts: list[DiscountOut] | None = None
    """What `discount` is made of; null where the merchant did not state it."""
    warranty_days: int | None = None
    """How many days the warranty lasts, from when the goods were signed for; null where the merchant did not state it."""
    fulfilment: LineFulfilment | None = None
    """How the units come to the buyer; null where the merchant did not state it: from stock."""
    ships_by: Time | None = None
    """The promised time to ship pre-sale goods by; null for others."""
    production_days: int | None = None
    """How many days the production takes from the payment on; null for goods that are not made to order."""
    gift_of: str | None = None
    """Of a gift: the id of the line that it came with; null for what was bought."""
    shipped_quantity: int
    """Units that are in a parcel."""
    withdrawn_quantity: int
    """Units that were refunded before shipment and are never shipped."""
    cancelled_quantity: int | None = None
    """Those of `withdrawn_quantity` that were cancelled after the payment without a case."""
    cancelled: Money | None = None
    """What of `paid` is refunded for them."""
    refunded_quantity: int | None = None
    """Units that had left and were refunded: by cases, or before the order was imported."""
    refunded: Money | None = None
    """What of `paid` was refunded before the order was imported, beside `cancelled`. What cases have refunded is in the ledger of the order."""
    held_quantity: int
    """Unshipped units that open cases hold because they may be refunded."""
    after_sale_state: AfterSaleState | None
    """Absent or null where no case is or was about this line."""

    @classmethod
    def of(cls, line: OrderLine, currency: str, refunded: int = 0) -> Self:
        """The line as a response, in its order's currency. `refunded` units of it had left and were refunded by cases."""
        return cls(
            id=line.id,
            sku=line.sku,
            title=line.title,
            category=line.category,
            quantity=line.quantity,
            unit_price=Money.of(line.unit_price_minor, currency),
            discount=Money.of(line.discount_minor, currency),
            paid=Money.of(line.paid_minor, currency),
            tax=None if line.tax_minor is None else Money.of(line.tax_minor, currency),
            discounts=discounts_out(line.discounts, currency),
            warranty_days=line.warranty_days,
            fulfilment=line.fulfilment,
            ships_by=line.ships_by,
            production_days=line.production_days,
            gift_of=line.gift_of,
            shipped_quantity=line.shipped_quantity,
            withdrawn_quantity=line.withdrawn_quantity,
            cancelled_quantity=line.cancelled_quantity,
            cancelled=Money.of(line.cancelled_minor, currency),
            refunded_quantity=line.refunded_quantity + refunded,
            refunded=Money.of(line.refunded_minor, currency),
            held_quantity=line.held_quantity,
            after_sale_state=None if line.after_sale_state is AfterSaleState.NONE else line.after_sale_state,
        )


# Any: a JSON document
def discounts_out(parts: Sequence[Mapping[str, Any]] | None, currency: str) -> list[DiscountOut] | None:
    """What a discount is made of, as a response; None where it was not stated."""
    return None if parts is None else [_discount(each, currency) for each in parts]


def _discount(part: Mapping[str, Any], currency: str) -> DiscountOut:  # Any: of a JSON document
    threshold = part.get("threshold_minor")
    return DiscountOut(
        kind=part["kind"],
        funder=part["funder"],
        amount=Money.of(part["amount_minor"], currency),
        threshold=None if threshold is None else Money.of(threshold, currency),
    )


def amount_of(money: Money) -> Amount:
    """The amount as commands take it."""
    return Amount(money.amount, money.currency)
