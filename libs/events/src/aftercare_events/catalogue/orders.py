"""Orders, published by order-svc."""

from typing import Annotated, ClassVar

from pydantic import Field

from aftercare_events import topics
from aftercare_events.catalogue.parcels import ShippedLine
from aftercare_events.catalogue.sold_lines import LineDiscount, OrderLine
from aftercare_events.event import Event, EventPart
from aftercare_events.fields import (
    BuyerId,
    Carrier,
    Code,
    Currency,
    DeadlineAt,
    Hash,
    Id,
    LineId,
    MerchantId,
    Minor,
    OrderId,
    ParcelId,
    PaymentId,
    Quantity,
    RefundId,
    Time,
    WaybillNo,
)
from aftercare_events.topics import Topic
from aftercare_events.vocabulary import Vocabulary, one_of


class ReceiptCause(Vocabulary):
    """How receipt came to be confirmed."""

    BUYER = "buyer", "the buyer confirmed it"
    TIMEOUT = "timeout", "the time to confirm ran out"


class CancelCause(Vocabulary):
    """Why an order will not be fulfilled."""

    BUYER = "buyer", "the buyer or an agent cancelled it"
    SELLER = "seller", "the seller cancelled it"
    PAYMENT_TIMEOUT = "payment_timeout", "it was not paid in time"
    REFUNDED = "refunded", "every unit was refunded before any could arrive"
    REVIEW_REJECTED = "review_rejected", "an agent did not approve it, because of a restriction"
    REVIEW_TIMEOUT = "review_timeout", "nobody reviewed it in time"


class UnpackCause(Vocabulary):
    """Why an order is not packed any more."""

    MERCHANT = "merchant", "the merchant took the goods out again"
    LINES_CANCELLED = "lines_cancelled", "units of it were cancelled, so that it has to be packed again"
    PARCEL_VOIDED = "parcel_voided", "its only parcel was voided before the courier had it"


class PackedPackage(EventPart):
    """What is in one package."""

    lines: tuple[ShippedLine, ...]
    weight_grams: Annotated[
        int | None, Field(strict=True, ge=1, description="what it weighs; absent where the merchant did not state it")
    ] = None


class CancelledLine(EventPart):
    """Units of a line that were cancelled before they were shipped, and their part of what is paid for the line."""

    line_id: LineId
    quantity: Quantity
    amount_minor: Minor
    tax_minor: Annotated[
        Minor | None,
        Field(description="the tax in `amount_minor`; absent where the merchant did not state that of the line"),
    ] = None


class OrderEvent(Event):
    """What every event of an order carries."""

    TOPIC: ClassVar[Topic] = topics.ORDERS
    KEY: ClassVar[str] = "order_id"

    order_id: OrderId
    buyer_id: BuyerId
    merchant_id: MerchantId


ShippingTaxMinor = Annotated[
    Minor | None, Field(description="the tax in `shipping_fee_minor`; absent where the merchant did not state it")
]
ShippingDiscounts = Annotated[
    tuple[LineDiscount, ...] | None,
    Field(
        description="what was taken off the shipping fee before `shipping_fee_minor`; absent where the merchant did not state it"
    ),
]
BuyerLevel = Annotated[Code | None, Field(description="the level of the buyer, in the merchant's own code")]


class OrderCreated(OrderEvent):
    """An order was placed and waits for its payment. The units of its lines are reserved, until `deadline_at` if it is not paid."""

    matter: Code = "order_creation"
    currency: Currency
    total_minor: Minor
    shipping_fee_minor: Minor
    lines: tuple[OrderLine, ...]
    deadline_at: DeadlineAt = None
    buyer_level: BuyerLevel = None
    shipping_tax_minor: ShippingTaxMinor = None
    shipping_discounts: ShippingDiscounts = None
    order_no: Annotated[
        Id | None, Field(description="the shop's own number of the order; absent where it has none")
    ] = None
    in_review: Annotated[
        bool | None, Field(description="whether a restriction keeps it from payment until an agent has approved it")
    ] = None
    review_reason: Annotated[Code | None, Field(description="the reason of the restriction")] = None
    times_setting_id: Annotated[
        Id | None, Field(description="the setting, of the merchant or of the platform, that has the times of the order")
    ] = None
    times_version: Annotated[int | None, Field(strict=True, ge=1, description="which version of it")] = None


class OrderPayment(EventPart):
    """One of several payments that an order was paid with."""

    payment_id: PaymentId
    provider: Annotated[Code, Field(description="the payment provider's name")]
    method: Annotated[Code, Field(description="the provider's method")]
    amount_minor: Minor


class OrderPartlyPaid(OrderEvent):
    """A payment has paid a part of the order, which waits for the rest."""

    matter: Code = "order_payment"
    payment_id: PaymentId
    amount_minor: Minor
    paid_minor: Annotated[Minor, Field(description="what all payments of the order have brought so far")]
    left_minor: Annotated[Minor, Field(description="what is left to pay")]
    currency: Currency
    deadline_at: DeadlineAt = None


class OrderPaid(OrderEvent):
    """The order is paid in full and waits for shipment. Has all of the order that decisions about its cases need."""

    matter: Code = "order_payment"
    payment_id: Annotated[PaymentId, Field(description="the payment that has completed it")]
    provider: Annotated[Code, Field(description="the payment provider's name")]
    currency: Currency
    total_minor: Minor
    shipping_fee_minor: Minor
    lines: tuple[OrderLine, ...]
    paid_at: Time
    buyer_level: BuyerLevel = None
    shipping_tax_minor: ShippingTaxMinor = None
    shipping_discounts: ShippingDiscounts = None
    payments: Annotated[
        tuple[OrderPayment, ...] | None,
        Field(description="the payments it was paid with, oldest first; absent where `payment_id` has paid all of it"),
    ] = None
    shipping_refunded_minor: Annotated[
        Minor | None,
        Field(
            description="what had been refunded of the shipping fee before the order was imported; absent for nothing"
        ),
    ] = None


class OrderAddressChanged(OrderEvent):
    """The shipping address was changed before the goods left."""

    matter: Code = "address_change"
    address_hash: Hash


class OrderPacked(OrderEvent):
    """The goods are packed and wait for a courier; the address is fixed."""

    matter: Code = "order_packing"
    packed_at: Time
    packages: tuple[PackedPackage, ...]


class OrderUnpacked(OrderEvent):
    """The goods are not packed any more."""

    matter: Code = "order_unpacking"
    cause: Annotated[Code, one_of(UnpackCause, "why")]


class OrderShipped(OrderEvent):
    """A parcel of the order was handed to a courier; `complete` when nothing is left to ship."""

    matter: Code = "order_shipment"
    parcel_id: ParcelId
    carrier: Carrier
    waybill_no: WaybillNo
    lines: tuple[ShippedLine, ...]
    complete: bool


class OrderShipmentVoided(OrderEvent):
    """A parcel of the order was given up before a courier had it: its units are with the merchant and may be shipped again."""

    matter: Code = "order_shipment"
    parcel_id: ParcelId
    carrier: Carrier
    waybill_no: WaybillNo
    lines: tuple[ShippedLine, ...]
    shipped: Annotated[bool, Field(description="whether another parcel of the order has left")]


ReceiptDueAt = Annotated[
    Time | None,
    Field(description="when the receipt counts as confirmed; absent while a case or dispute about the order is open"),
]


class OrderDelivered(OrderEvent):
    """Every parcel of the order arrived, or ended otherwise with its units refunded; at least one arrived."""

    matter: Code = "order_delivery"
    delivered_at: Time
    receipt_due_at: ReceiptDueAt = None


class OrderReceiptConfirmed(OrderEvent):
    """Receipt was confirmed by the buyer or by the timer; the end of the after-sale window is known."""

    matter: Code = "receipt_confirmation"
    confirmed_at: Time
    cause: Annotated[Code, one_of(ReceiptCause, "how it was confirmed")]
    window_ends_at: Time
    signed_at: Annotated[
        Time | None,
        Field(description="when the buyer had everything in person, with which the after-sale window began"),
    ] = None


class OrderCancelled(OrderEvent):
    """The order will not be fulfilled."""

    matter: Code = "order_cancellation"
    cause: Annotated[Code, one_of(CancelCause, "why")]
    reason: Annotated[Code | None, Field(description="why, in the own code of who cancelled it")] = None
    deposit_kept_minor: Annotated[
        Minor | None, Field(description="the deposit that the merchant keeps; absent where what was paid goes back")
    ] = None
    currency: Annotated[Currency | None, Field(description="of `deposit_kept_minor`")] = None


class OrderLinesCancelled(OrderEvent):
    """Units of the order were cancelled before they were shipped. The amounts of an unpaid order shrink; a paid one is refunded."""

    matter: Code = "order_line_cancellation"
    cause: Annotated[Code, one_of(CancelCause, "who cancelled them")]
    reason: Annotated[Code | None, Field(description="why, in the caller's own code")] = None
    lines: tuple[CancelledLine, ...]
    currency: Currency
    amount_minor: Annotated[Minor, Field(description="the parts of all lines")]
    total_minor: Minor
    refund_ids: Annotated[
        tuple[RefundId, ...], Field(description="the refunds that give `amount_minor` back; empty before the payment")
    ] = ()


class OrderCompleted(OrderEvent):
    """The order is closed, which is final: no case is open, and the after-sale window is over or all that had arrived was refunded."""

    matter: Code = "order_completion"
    completed_at: Time
