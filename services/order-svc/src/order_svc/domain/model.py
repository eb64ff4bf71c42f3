"""Rows of orders and payments as frozen dataclasses. Money is in minor units of `currency`; times are aware, UTC."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from order_svc.domain.sales import order_times


class OrderState(StrEnum):
    """The trade states of an order 交易状态."""

    CREATED = "created"
    PAID = "paid"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    RECEIVED = "received"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class AfterSaleState(StrEnum):
    """The after-sale state of an order or line 售后状态, beside the trade state."""

    NONE = "none"
    IN_AFTER_SALE = "in_after_sale"
    DONE = "after_sale_done"
    IN_DISPUTE = "in_dispute"


class CancelCause(StrEnum):
    """Why an order will not be fulfilled."""

    BUYER = "buyer"
    SELLER = "seller"
    PAYMENT_TIMEOUT = "payment_timeout"
    REFUNDED = "refunded"
    REVIEW_REJECTED = "review_rejected"
    REVIEW_TIMEOUT = "review_timeout"


class ReviewState(StrEnum):
    """The review of an order that a restriction keeps from payment."""

    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"


@dataclass(frozen=True, kw_only=True)  # no slots: see `records`
class Order:
    """An order of one buyer with one merchant. `deadline_at` is when the timer of its state fires.

    `window_ends_at` is the end of the after-sale window; it is set with `received_at`. `buyer_level` is in the merchant's own
    code, where the merchant has given one. `payment_minutes` is the time to pay where the merchant has set one for this order.
    `stock_ship_by_at` is until when goods from stock have to be shipped, `ship_by_at` the next time to ship that can be missed, and
    `shipment_overdue_at` the last one that was. `deliver_by_at` is until when
    the next of its parcels on their way is expected to arrive, and `delivery_overdue_at` since when one of them is overdue. `virtual_delivered_at` is when virtual goods were last delivered;
    with `virtual_only` nothing has a parcel. `receipt_from_at` is since when the time to confirm the receipt runs (None in orders that builds
    before the column was there delivered: since `delivered_at`), `receipt_extended_days` by how much it was extended, and `receipt_extensions_left` how often it may be.
    `receipt_reminds_at` is when the buyer is reminded that this time ends; None where no reminder is left.
    `review` is set where a restriction, `restriction_id`, keeps the order from payment until an agent has decided; `review_reason` is its reason.
    `shipping_tax_minor` is the tax in the shipping fee, and `shipping_discounts` what was taken off it before, as those of a line.
    `order_no` is the shop's own number, unique per merchant, where it has one. `paid_minor` is what its payments have brought so far;
    `payment_id` is the one that has completed it. `payment_plan` is a document of `payments.plans`, None where the merchant gave no plan.
    `packed_at` is when the merchant last packed goods, `packages` what is in each package that has not left:
    `lines`, each with `line_id` and `quantity`, and `weight_grams` where it was stated; None where nothing was packed.
    `authorised_until` is until when payments that are authorised hold what it needs next, and may be captured; None where they do not. It
    is read while the order waits for its payment.
    `times` are those that its merchant, or the platform, had set when it was placed: `setting_id`, `version`, and the times of `sales.order_times`;
    None where neither had set any. `address_changes_left` is how often the buyer may still change the address; None before the first change.
    """

    id: str
    version: int
    merchant_id: str
    buyer_id: str
    state: OrderState
    after_sale_state: AfterSaleState
    currency: str
    total_minor: int
    shipping_fee_minor: int
    created_at: datetime
    deadline_at: datetime | None
    payment_id: str | None = None
    paid_at: datetime | None = None
    shipped_at: datetime | None = None
    delivered_at: datetime | None = None
    received_at: datetime | None = None
    window_ends_at: datetime | None = None
    completed_at: datetime | None = None
    cancelled_at: datetime | None = None
    cancel_cause: CancelCause | None = None
    buyer_level: str | None = None
    payment_minutes: int | None = None
    stock_ship_by_at: datetime | None = None
    ship_by_at: datetime | None = None
    shipment_overdue_at: datetime | None = None
    deliver_by_at: datetime | None = None
    delivery_overdue_at: datetime | None = None
    virtual_delivered_at: datetime | None = None
    virtual_only: bool | None = None
    receipt_from_at: datetime | None = None
    receipt_extended_days: int | None = None
    receipt_extensions_left: int | None = None
    receipt_reminds_at: datetime | None = None
    review: ReviewState | None = None
    review_reason: str | None = None
    restriction_id: str | None = None
    reviewed_at: datetime | None = None
    shipping_tax_minor: int | None = None
    shipping_discounts: list[dict[str, Any]] | None = None  # a JSON document
    order_no: str | None = None
    paid_minor: int = 0
    payment_plan: dict[str, Any] | None = None  # Any: JSON
    packed_at: datetime | None = None
    packages: list[dict[str, Any]] | None = None  # a JSON document
    address_changes_left: int | None = None
    authorised_until: datetime | None = None
    times: dict[str, Any] | None = None  # Any: JSON

    @property
    def own_settings(self) -> Mapping[str, float]:
        """What replaces the settings of the platform for it, by their names: see `Timing`."""
        return order_times.replacing(self.times)

    @property
    def is_packed(self) -> bool:
        """Whether packages wait for their courier."""
        return bool(self.packages)

    @property
    def awaits_payment(self) -> bool:
        """True until it is paid in full or cancelled."""
        return self.state is OrderState.CREATED

    def hours_to_pay(self, usual: float) -> float:
        """How long the buyer has to pay a part of it whose due time the plan does not state."""
        usual = self.own_settings.get("payment_hours", usual)
        return usual if self.payment_minutes is None else self.payment_minutes / 60

    @property
    def pay_by(self) -> datetime | None:
        """When the part of the payment plan that is paid next is due; None without a plan, and once all parts are paid."""
        until = 0
        for part in () if self.payment_plan is None else self.payment_plan["instalments"]:
            until += part["amount_minor"]
            if self.paid_minor < until:
                return datetime.fromisoformat(part["due_at"])
        return None

    @property
    def taken_minor(self) -> int:
        """What its payments have brought; builds before revision 0028 did not count it."""
        return self.paid_minor if self.payment_id is None else self.total_minor

    def payment_due(self, now: datetime, hours: float) -> datetime:
        """Until when an order that is approved `now` is paid: the time of its plan, unless that is over, else its hours to pay."""
        planned = self.pay_by
        return planned if planned is not None and planned > now else now + timedelta(hours=self.hours_to_pay(hours))

    @property
    def receipt_since(self) -> datetime | None:
        """The time from which the hours to confirm the receipt of a delivered order count, its extensions included."""
        since = self.receipt_from_at or self.delivered_at
        return None if since is None else since + timedelta(days=self.receipt_extended_days or 0)

    @property
    def in_after_sale(self) -> bool:
        """True while a case or dispute about the order is open."""
        return self.after_sale_state in (AfterSaleState.IN_AFTER_SALE, AfterSaleState.IN_DISPUTE)


class DiscountKind(StrEnum):
    """What a part of a line's discount was."""

    POINTS = "points"
    COUPON = "coupon"
    GIFT = "gift"
    PROMOTION = "promotion"


class DiscountFunder(StrEnum):
    """Who paid for a part of a line's discount."""

    MERCHANT = "merchant"
    PLATFORM = "platform"
    CREATOR = "creator"


class LineFulfilment(StrEnum):
    """How the units of a line come to the buyer, and what the time to ship them counts from."""

    STOCK = "stock"
    PRE_SALE = "pre_sale"
    MADE_TO_ORDER = "made_to_order"
    VIRTUAL = "virtual"


@dataclass(frozen=True, kw_only=True)  # no slots: see `records`
class OrderLine:
    """One article of an order. `paid_minor` is the amount paid for all its units, after the discount.

    `tax_minor` is the tax in it. `discounts` is what the discount is made of: each has `kind`, `funder` and `amount_minor`, and as the
    line's share of a discount of the order `threshold_minor`. Both are None where the merchant did not state them, as `warranty_days` is.

    `fulfilment` is None for goods from stock of which it was not stated. `ships_by` was promised for pre-sale goods, `production_days` are
    those of goods that are made to order, from the payment on. `gift_of` is the id of the line with which a gift came.

    `held_quantity` counts units that open cases keep from shipment; `withdrawn_quantity` counts units that were refunded
    before shipment. `cancelled_quantity` of these were cancelled without a case after the payment, and `cancelled_minor` of what was
    paid was refunded for them. `refunded_quantity` units had left and been refunded before the order was imported, and `refunded_minor` of
    what was paid: for them, or for none.
    """

    id: str
    order_id: str
    position: int
    sku: str
    title: str
    category: str | None
    quantity: int
    unit_price_minor: int
    discount_minor: int
    paid_minor: int
    tax_minor: int | None = None
    discounts: list[dict[str, Any]] | None = None  # a JSON document
    warranty_days: int | None = None
    fulfilment: LineFulfilment | None = None
    ships_by: datetime | None = None
    production_days: int | None = None
    gift_of: str | None = None
    shipped_quantity: int = 0
    withdrawn_quantity: int = 0
    held_quantity: int = 0
    after_sale_state: AfterSaleState = AfterSaleState.NONE
    cancelled_quantity: int = 0
    cancelled_minor: int = 0
    refunded_quantity: int = 0
    refunded_minor: int = 0


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount of money as a request states it."""

    minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class DiscountDraft:
    """A part of a line's discount as a request states it."""

    kind: DiscountKind
    funder: DiscountFunder
    amount: Amount
    threshold: Amount | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LineDraft:
    """One article of an order that is being placed."""

    sku: str
    title: str
    category: str | None
    quantity: int
    unit_price: Amount
    discount: Amount | None
    tax: Amount | None = None
    discounts: Sequence[DiscountDraft] | None = None
    warranty_days: int | None = None
    fulfilment: LineFulfilment | None = None
    ships_by: datetime | None = None
    production_days: int | None = None
    gift_of: int | None = None
    """The number of the line that a gift comes with, from 0 on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """The shipping address of an order. It is never published; `salt` keeps its published hash from being guessed."""

    order_id: str
    salt: str
    name: str
    phone: str
    country: str
    province: str
    city: str
    district: str
    street: str
    postal_code: str
