"""Our copy of orders, and where their goods are. Money is in minor units of `currency`; times are aware, UTC."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from aftersale_svc.domain.merchant_settings.model import SettingInForce, SettingKind


class OrderState(StrEnum):
    """How far an order has come, by the events that have arrived."""

    CREATED = "created"
    PAID = "paid"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class Stage(StrEnum):
    """Where the goods were when after-sale service was asked for; in transit from when units of a case before shipment have left."""

    PRE_SHIP = "pre_ship"
    IN_TRANSIT = "in_transit"
    POST_RECEIPT = "post_receipt"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRow:
    """An order as its events state it. Its row is locked by whatever decides about its units or its money.

    `buyer_level` is in the merchant's own code, where the order has one. `received_at` is when the receipt was confirmed, `signed_at` when the buyer had everything in person, both
    known from the receipt on. `payments` are those it was paid with where they are several,
    oldest first, each with `payment_id`, `provider`, `method` and `amount_minor`; `payment_id` is the last of them.
    """

    id: str
    buyer_id: str
    merchant_id: str
    state: OrderState
    currency: str
    shipping_fee_minor: int
    payment_id: str | None = None
    window_ends_at: datetime | None = None
    received_at: datetime | None = None
    signed_at: datetime | None = None
    buyer_level: str | None = None
    payments: list[dict[str, Any]] | None = None  # Any: JSON

    @property
    def payment_ids(self) -> list[str]:
        """What it was paid with."""
        if self.payments is None:
            return [] if self.payment_id is None else [self.payment_id]
        return [each["payment_id"] for each in self.payments]


PARCEL_DELIVERED = "delivered"
"""The status of a parcel that its receiver has, in the codes of order-svc."""
PARCEL_LOST = "lost"
"""The status of a parcel that its courier does not find any more."""
PARCEL_RETURNED = "returned"
"""The status of a parcel that its sender has again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order(OrderRow):
    """An order with what its merchant, or else the platform, has set: by its kind the id, the version and the content.

    By line, where the order was read with them: `completed_lines` when the last case about it was completed, `questions` the open question
    about it, `warranties` the days of its warranty, `fulfilments` how its units come to the buyer, where they were stated,
    `overdue_lines` by when its units were to leave, where that was missed, `promised_lines` by when they were promised to. `deciders` are the people who have decided about the case of the dispute that the order was read with.
    """

    settings: dict[str, list[Any]] | None = None  # Any: JSON
    completed_lines: dict[str, str] | None = None
    questions: dict[str, str] | None = None
    warranties: dict[str, int] | None = None
    fulfilments: dict[str, str] | None = None
    overdue_lines: dict[str, str] | None = None
    promised_lines: dict[str, str] | None = None
    deciders: list[str] | None = None

    def overdue(self, line_id: str) -> datetime | None:
        """By when units of the line were to leave, where that was missed."""
        missed = (self.overdue_lines or {}).get(line_id)
        return None if missed is None else datetime.fromisoformat(missed)

    @property
    def received_since(self) -> datetime | None:
        """Since when the buyer has the goods: the signature, else the receipt; of orders received under earlier builds, the end of their
        window is known alone."""
        return self.signed_at or self.received_at or self.window_ends_at

    def received_known_at(self, at: datetime) -> datetime | None:
        """Since when the buyer has the goods, as far as that was known at a time: it is from the receipt on."""
        known_since = self.received_at or self.window_ends_at
        return self.received_since if known_since is not None and known_since <= at else None

    def setting(self, kind: SettingKind) -> SettingInForce | None:
        """The setting of this kind; None where neither has set it, or where the order was not read with it."""
        found = (self.settings or {}).get(kind)
        return None if found is None else SettingInForce(kind, *found)


@dataclass(frozen=True, slots=True, kw_only=True)
class ParcelLine:
    """Units of one line in a parcel that was sent to the buyer."""

    order_id: str
    parcel_id: str
    line_id: str
    carrier: str
    waybill_no: str
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SentLine(ParcelLine):
    """Units in a parcel, and how many of them cases wait for, which were refused at the door (`claimed`).

    `replaced` units did not reach the buyer, and others were sent for them: the merchant keeps them, should they come back. `arrived`: the courier has reported at last that the parcel was delivered. `returned_at`: when its sender had it again, where
    the courier has reported that at last. `sent_again`: after that, units of the line were sent to the buyer, or were to be.
    """

    claimed: int = 0
    replaced: int = 0
    arrived: bool = False
    returned_at: datetime | None = None
    sent_again: bool = False

    @property
    def is_back(self) -> bool:
        """Whether the merchant has the units, and the buyer no others in their place."""
        return self.returned_at is not None and not self.replaced and not self.sent_again

    @property
    def refusable_units(self) -> int:
        """The units that may have been refused at the door, and that no case waits for or has replaced."""
        return 0 if self.arrived else max(0, self.quantity - self.claimed - self.replaced)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLine:
    """A line of an order: what was paid for all its units after the discount, and how many of them have left.

    `category` is in the merchant's own code, where the order has one.
    `tax_minor` is the tax in what was paid, 0 where it is not stated. `discounts` is what the discount was made of, each with
    `kind`, `funder` and `amount_minor`; None where it is not stated. `cancelled_quantity` of its units were cancelled without a case
    before they left, and `cancelled_minor` of what was paid went back with them. `fulfilment` is how the
    units come to the buyer, as order-svc has it. `refunded_quantity` of its units had left and were refunded before the order was imported;
    what went back with them is in `cancelled_minor`. `cancellations` has each cancellation since builds keep them, with `at`, `units` and `amount_minor`. `overdue_since` is by when its units were to leave, where that was missed,
    `promised_at` by when they were promised to, of pre-sale goods and of those made to order.
    """

    order_id: str
    line_id: str
    position: int
    sku: str
    quantity: int
    paid_minor: int
    tax_minor: int = 0
    discounts: list[dict[str, Any]] | None = None  # a JSON document
    shipped_quantity: int = 0
    category: str | None = None
    warranty_days: int | None = None
    cancelled_quantity: int = 0
    cancelled_minor: int = 0
    fulfilment: str | None = None
    overdue_since: datetime | None = None
    promised_at: datetime | None = None
    refunded_quantity: int = 0
    cancellations: list[dict[str, Any]] | None = None  # a JSON document
