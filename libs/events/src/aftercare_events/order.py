"""What order-svc says: orders, payments with their refunds, parcels."""

from typing import Annotated, ClassVar

from pydantic import Field

from aftercare_events import topics
from aftercare_events.event import Event, Part
from aftercare_events.fields import (
    BuyerId,
    Carrier,
    CaseId,
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


class OrderLine(Part):
    """A line as it was sold; `paid_minor` is what was really paid for all its units after the discount."""

    line_id: LineId
    sku: Id
    quantity: Quantity
    unit_price_minor: Minor
    discount_minor: Minor
    paid_minor: Minor
    category: Code | None = None


class ShippedLine(Part):
    """Units of one line inside one parcel."""

    line_id: LineId
    quantity: Quantity


class LineAfterSale(Part):
    """Where one line stands in after-sales."""

    line_id: LineId
    after_sale_state: Code


class OrderEvent(Event):
    TOPIC: ClassVar[Topic] = topics.ORDERS
    KEY: ClassVar[str] = "order_id"

    order_id: OrderId
    buyer_id: BuyerId
    merchant_id: MerchantId


class OrderCreated(OrderEvent):
    """An order was placed and waits for its payment."""

    matter: Code = "order_creation"
    currency: Currency
    total_minor: Minor
    shipping_fee_minor: Minor
    lines: tuple[OrderLine, ...]
    deadline_at: DeadlineAt = None


class OrderPaid(OrderEvent):
    """The order is paid in full and waits for shipment. Carries what a case needs to be judged without asking back."""

    matter: Code = "order_payment"
    payment_id: PaymentId
    provider: Code
    currency: Currency
    total_minor: Minor
    shipping_fee_minor: Minor
    lines: tuple[OrderLine, ...]
    paid_at: Time


class OrderAddressChanged(OrderEvent):
    """The shipping address was changed before the goods left."""

    matter: Code = "address_change"
    address_hash: Hash


class OrderShipped(OrderEvent):
    """A parcel of the order was handed to a courier; `complete` when nothing is left to ship."""

    matter: Code = "order_shipment"
    parcel_id: ParcelId
    carrier: Carrier
    waybill_no: WaybillNo
    lines: tuple[ShippedLine, ...]
    complete: bool


class OrderDelivered(OrderEvent):
    """Every parcel of the order arrived, or ended otherwise with its units refunded; at least one arrived."""

    matter: Code = "order_delivery"
    delivered_at: Time


class OrderReceiptConfirmed(OrderEvent):
    """Receipt was confirmed by the buyer or by the timer; the after-sale window runs from here."""

    matter: Code = "receipt_confirmation"
    confirmed_at: Time
    cause: Annotated[Code, Field(description="buyer | timeout")]
    window_ends_at: Time


class OrderCancelled(OrderEvent):
    """The order will not be fulfilled."""

    matter: Code = "order_cancellation"
    cause: Annotated[Code, Field(description="buyer | seller | payment_timeout | refunded")]


class OrderCompleted(OrderEvent):
    """The order is closed for good: received, the after-sale window over, no case or dispute open."""

    matter: Code = "order_completion"
    completed_at: Time


class OrderAfterSaleChanged(OrderEvent):
    """The order's view of its after-sales moved: none, in_after_sale, after_sale_done or in_dispute."""

    matter: Code = "order_after_sale_state"
    after_sale_state: Code
    lines: tuple[LineAfterSale, ...]


class PaymentEvent(Event):
    TOPIC: ClassVar[Topic] = topics.PAYMENTS
    KEY: ClassVar[str] = "payment_id"

    payment_id: PaymentId
    order_id: OrderId
    buyer_id: BuyerId
    merchant_id: MerchantId
    provider: Code
    amount_minor: Minor
    currency: Currency


class PaymentStarted(PaymentEvent):
    """The buyer asked to pay; the provider is called next."""

    matter: Code = "payment_start"


class PaymentSucceeded(PaymentEvent):
    """The provider has taken the money."""

    matter: Code = "payment"
    provider_reference: Id | None = None


class PaymentFailed(PaymentEvent):
    """The provider did not take the money."""

    matter: Code = "payment"
    failure_code: Code


class RefundEvent(PaymentEvent):
    refund_id: RefundId
    case_id: CaseId | None = None
    refunded_minor: Annotated[Minor, Field(description="sum of this payment's refunds that succeeded so far")]


class RefundSubmitted(RefundEvent):
    """A refund was accepted for execution; `amount_minor` is the refund's."""

    matter: Code = "refund"


class RefundSucceeded(RefundEvent):
    """The provider has paid the refund back; `amount_minor` is the refund's."""

    matter: Code = "refund"
    provider_reference: Id | None = None


class RefundFailed(RefundEvent):
    """The provider refused the refund for good; `amount_minor` is the refund's."""

    matter: Code = "refund"
    failure_code: Code


class RefundUnknown(RefundEvent):
    """The provider's answer is missing; only a query or a callback ends this."""

    matter: Code = "refund"


class ParcelEvent(Event):
    TOPIC: ClassVar[Topic] = topics.PARCELS
    KEY: ClassVar[str] = "parcel_id"

    parcel_id: ParcelId
    order_id: OrderId
    case_id: CaseId | None = None
    buyer_id: BuyerId
    merchant_id: MerchantId
    leg: Annotated[Code, Field(description="outbound | return | exchange")]
    carrier: Carrier
    waybill_no: WaybillNo


class ParcelRegistered(ParcelEvent):
    """A parcel is known by its waybill and will be followed."""

    matter: Code = "parcel_registration"
    lines: tuple[ShippedLine, ...]
    handed_over_at: Annotated[Time | None, Field(description="scans from before that are not this parcel's")] = None


class ParcelStatusChanged(ParcelEvent):
    """The courier reported progress that changed the parcel's status."""

    matter: Code = "parcel_tracking"
    status: Code
    previous_status: Code
    reason: Code | None = None
    terminal: bool
    delivered_to: Annotated[Code | None, Field(description="what kind of receiver took it, never who")] = None
    raw_code: Annotated[str | None, Field(description="the courier's own code")] = None
    occurred_at: Annotated[Time, Field(description="when it happened, as the courier says")]
