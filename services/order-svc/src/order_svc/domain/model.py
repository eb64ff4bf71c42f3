"""The rows of this service as frozen dataclasses. Money in minor units of `currency`; times are aware, UTC."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class OrderState(StrEnum):
    """The trade states of an order 交易状态."""

    CREATED = "created"
    PAID = "paid"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class AfterSale(StrEnum):
    """Where an order or a line stands in after-sales 售后状态, beside its trade state."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One order of one buyer with one merchant. `deadline_at` is when the timer of its state goes off."""

    id: str
    version: int
    merchant_id: str
    buyer_id: str
    state: OrderState
    after_sale_state: AfterSale
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One article of an order. `paid_minor` is what is really paid for all its units; `withdrawn_quantity` counts units
    whose money went back before they were shipped, `held_quantity` those whose money may go back so."""

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
    shipped_quantity: int = 0
    withdrawn_quantity: int = 0
    held_quantity: int = 0
    after_sale_state: AfterSale = AfterSale.NONE


@dataclass(frozen=True, slots=True)
class Amount:
    """Money as somebody named it."""

    minor: int
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LineDraft:
    """One article as it is being ordered."""

    sku: str
    title: str
    category: str | None
    quantity: int
    unit_price: Amount
    discount: Amount | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where the order goes. It never leaves this service; `salt` keeps its published hash from being guessed."""

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


class CaseState(StrEnum):
    """A case as the order sees it."""

    OPEN = "open"
    DONE = "done"
    ENDED = "ended"


class DisputeState(StrEnum):
    """A dispute as the order sees it."""

    OPEN = "open"
    EXECUTED = "executed"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Our copy of an after-sale case: the cases topic moves `state`, the disputes topic `dispute_state`.

    `refunding` is true while a refund of the case is on its way.
    """

    id: str
    order_id: str
    case_type: str
    state: CaseState
    refunding: bool = False
    dispute_id: str | None = None
    dispute_state: DisputeState | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseLine:
    """Units of one line that a case is about: held back from shipment, withdrawn from it for good, and refunded."""

    case_id: str
    line_id: str
    order_id: str
    quantity: int
    held_quantity: int = 0
    withdrawn_quantity: int = 0
    refunded_quantity: int = 0
