"""Payments and their refunds, published by order-svc. A refund belongs to its payment, whose sequence it shares."""

from typing import Annotated, ClassVar

from pydantic import Field

from aftercare_events import topics
from aftercare_events.catalogue.offline_refunds import OfflineRefundMethod
from aftercare_events.event import Event, EventPart
from aftercare_events.fields import (
    BuyerId,
    CaseId,
    Code,
    Currency,
    Id,
    MerchantId,
    Minor,
    OrderId,
    PaymentId,
    RefundId,
    Time,
)
from aftercare_events.topics import Topic
from aftercare_events.vocabulary import one_of

ShareId = Annotated[
    Id, Field(description="the share of the refund; the provider's idempotency key, which is never reused")
]
AShare = Annotated[
    Id | None,
    Field(description="the share that it is about, which has the amount; absent where it is all of the refund"),
]
Outside = Annotated[
    Code | None,
    one_of(OfflineRefundMethod, "how it was given back without the provider; absent where that has paid it"),
]
_UNITS_SHIPPED = "units_shipped"
_UNITS_CANCELLED = "units_cancelled"
"""The failure code of what is `already_shipped` now."""


class PaymentEvent(Event):
    """What every event of a payment carries."""

    TOPIC: ClassVar[Topic] = topics.PAYMENTS
    KEY: ClassVar[str] = "payment_id"

    payment_id: PaymentId
    order_id: OrderId
    buyer_id: BuyerId
    merchant_id: MerchantId
    provider: Annotated[Code, Field(description="the payment provider's name")]
    amount_minor: Minor
    currency: Currency


class PaymentStarted(PaymentEvent):
    """The buyer asked to pay; the provider is called next."""

    matter: Code = "payment_start"


class PaymentAuthorised(PaymentEvent):
    """The provider holds the amount for the merchant, who captures it or has it released; nothing is paid yet."""

    matter: Code = "payment_authorisation"
    authorised_until: Annotated[Time | None, Field(description="when the provider releases what is not captured")] = (
        None
    )


class PaymentCaptureRequested(PaymentEvent):
    """The merchant asked for an amount of an authorised payment, `amount_minor`; the provider is called next."""

    matter: Code = "payment_authorisation"
    authorised_minor: Annotated[Minor, Field(description="what the payment authorises")]


class PaymentReleaseRequested(PaymentEvent):
    """An authorised payment is given up; PaymentFailed follows once the provider has released it."""

    matter: Code = "payment_authorisation"


class PaymentSucceeded(PaymentEvent):
    """The provider has taken the money."""

    matter: Code = "payment"
    provider_reference: Id | None = None
    authorised_minor: Annotated[
        Minor | None,
        Field(
            description="what was authorised before, of which `amount_minor` was captured; absent where it was taken at once"
        ),
    ] = None


class PaymentFailed(PaymentEvent):
    """The provider did not take the money."""

    matter: Code = "payment"
    failure_code: Annotated[Code, Field(description="the provider's own code; `declined` where it gives none")]


class RefundShare(EventPart):
    """What of a refund was made from one payment."""

    share_id: ShareId
    payment_id: PaymentId
    provider: Annotated[Code, Field(description="the payment provider's name")]
    method: Annotated[Code, Field(description="the provider's method")]
    amount_minor: Minor


Shares = Annotated[
    tuple[RefundShare, ...] | None,
    Field(description="what went back, by the payments it was made from; absent where that is `payment_id` alone"),
]


class RefundEvent(PaymentEvent):
    """What every event of a refund carries; `amount_minor` is the refund's."""

    refund_id: RefundId
    case_id: CaseId | None = None
    refunded_minor: Annotated[Minor, Field(description="sum of this payment's refunds that succeeded so far")]


class RefundSubmitted(RefundEvent):
    """A refund was accepted for execution; `amount_minor` is the refund's, or that of the share."""

    matter: Code = "refund"
    share_id: AShare = None


class RefundShareSucceeded(RefundEvent):
    """A share of a refund was paid back; `amount_minor` is the share's. RefundSucceeded follows with the last one."""

    matter: Code = "refund"
    share_id: ShareId
    provider_reference: Id | None = None
    outside: Outside = None


class RefundShareFailed(RefundEvent):
    """A share was refused, which is final; unless other payments take its place, RefundFailed follows with the last share."""

    matter: Code = "refund"
    share_id: ShareId
    failure_code: Annotated[Code, Field(description="the provider's own code, or why order-svc refused")]
    moved_to: Annotated[
        tuple[PaymentId, ...] | None,
        Field(description="the payments that the amount is refunded from instead; absent where it is not"),
    ] = None


class RefundSucceeded(RefundEvent):
    """The refund was paid back, by the provider or, as `outside` says, without it; `amount_minor` is the refund's."""

    matter: Code = "refund"
    provider_reference: Id | None = None
    outside: Outside = None
    shares: Shares = None


class RefundReversed(RefundEvent):
    """A refund that had succeeded has come back to the merchant, as from a closed account; `amount_minor` is still owed to the buyer."""

    matter: Code = "refund"
    failure_code: Annotated[Code, Field(description="the provider's own code")]
    share_id: AShare = None
    succeeded_minor: Annotated[
        Minor | None,
        Field(description="what of the refund is still with the buyer, by other shares; absent where nothing is"),
    ] = None


class RefundFailed(RefundEvent):
    """The refund was refused, which is final, by the provider or by order-svc; `amount_minor` is the refund's."""

    matter: Code = "refund"
    failure_code: Annotated[Code, Field(description="the provider's own code, or why order-svc refused")]
    already_shipped: Annotated[
        bool | None,
        Field(description="whether it was refused because units had left of a refund that is before shipment"),
    ] = None
    already_cancelled: Annotated[
        bool | None,
        Field(
            description="whether it was refused because its units were cancelled, and their money goes back with that"
        ),
    ] = None
    succeeded_minor: Annotated[
        Minor | None, Field(description="what of it went back all the same, by `shares`; absent where nothing did")
    ] = None
    shares: Shares = None

    @property
    def is_already_shipped(self) -> bool:
        """Return whether units had left of a refund before shipment; in events without `already_shipped`, by the failure code."""
        return self.failure_code == _UNITS_SHIPPED if self.already_shipped is None else self.already_shipped

    @property
    def is_already_cancelled(self) -> bool:
        """Return whether the units were cancelled before; in events without `already_cancelled`, by the failure code."""
        return self.failure_code == _UNITS_CANCELLED if self.already_cancelled is None else self.already_cancelled


class RefundUnknown(RefundEvent):
    """The provider has not answered; only a query or a callback ends this."""

    matter: Code = "refund"
    share_id: AShare = None
