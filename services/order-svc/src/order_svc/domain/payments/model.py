"""Rows of payments and refunds as frozen dataclasses. Money is in minor units of `currency`; times are aware, UTC."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NotRequired, TypedDict


class PaymentState(StrEnum):
    """The states of a payment 支付单. `authorised`: its provider holds the money until it is captured or released."""

    PENDING = "pending"
    AUTHORISED = "authorised"
    CAPTURING = "capturing"
    RELEASING = "releasing"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


EXTERNAL = "external"
"""The provider of payments that were made before their orders came here: it is none of ours, so that refunds are made by other means."""


class CheckoutKind(StrEnum):
    """What the buyer pays with: the text of a QR code, a secret for the provider's library in the browser, or what a page gives the
    WeChat client, which then asks the buyer."""

    QR_CODE = "qr_code"
    CLIENT_SECRET = "client_secret"  # noqa: S105 (a code, not a secret)
    JSAPI = "jsapi"


class CheckoutFields(TypedDict):
    """What the provider needs the buyer to have. `kind` is a CheckoutKind; `parameters` are those of `jsapi`."""

    kind: str
    value: str
    parameters: NotRequired[dict[str, str]]


@dataclass(frozen=True, kw_only=True)  # no slots: see `records`
class Payment:
    """One attempt to pay an order, or a part of it. `refunded_minor` is the sum of its refunds that succeeded,
    `charged_back_minor` what the provider has taken back of it for the buyer.

    `surplus`: it has succeeded when the order was not to be paid with it any more, so that its money goes back.

    `checkout` is what the buyer pays with while the payment is pending; None where the provider needs nothing of the buyer.

    `expires_at` is until when the buyer can make it; None where that was not kept, before revision 0056.

    `authorised_minor` is what a payment that is captured by the merchant authorises, None for any other; `amount_minor` is then that too
    until an amount is captured, which it is from then on. `authorised_until` is when the provider releases what is not captured.
    """

    id: str
    version: int
    order_id: str
    buyer_id: str
    merchant_id: str
    provider: str
    method: str
    state: PaymentState
    amount_minor: int
    currency: str
    refunded_minor: int
    created_at: datetime
    settled_at: datetime | None = None
    provider_reference: str | None = None
    failure_code: str | None = None
    checkout: CheckoutFields | None = None
    surplus: bool = False
    charged_back_minor: int = 0
    authorised_minor: int | None = None
    authorised_until: datetime | None = None
    expires_at: datetime | None = None

    @property
    def asked_minor(self) -> int:
        """What the provider was asked to take, or to authorise."""
        return self.amount_minor if self.authorised_minor is None else self.authorised_minor

    @property
    def released_minor(self) -> int:
        """What of the authorised amount was given up: all of it where nothing is captured; 0 while that is open."""
        if self.authorised_minor is None or self.state not in (PaymentState.SUCCEEDED, PaymentState.FAILED):
            return 0
        return self.authorised_minor - (self.amount_minor if self.state is PaymentState.SUCCEEDED else 0)


class RefundState(StrEnum):
    """The states of a refund 退款单. Only a query or a callback leads out of `unknown`."""

    CREATED = "created"
    SUBMITTED = "submitted"
    UNKNOWN = "unknown"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


IN_FLIGHT = frozenset({RefundState.CREATED, RefundState.SUBMITTED, RefundState.UNKNOWN})
"""The states of a refund whose result is not known yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refund:
    """A refund of a payment. It shares the lock and the event sequence of the payment.

    `asked_by_event` and `correlation_id` are those of the event that requested it: its later events name that one as
    their cause. `cause` is that of the case's decision, or an OwnRefundCause; `failure_code` is the provider's, or a FailureCode.
    `outside` is the code of how it was made without the provider; None where the provider makes it. `outside_reference` and
    `outside_evidence`, the hash of a file, are those of one that was recorded without a case. `borne` has who bears it, each
    with `bearer` and `amount_minor`, which add up to the amount; None where the merchant bears it.

    Of a refund that is made from several payments there is a row per share: `share_of` is the id of the refund, and `whole_minor` its
    amount. Both are None where it is made from one payment.

    `reversed_at` is when one that had succeeded came back to the merchant, and failed: its amount is owed to the buyer, `owed_by_case` by a
    new refund of its case, and otherwise by the order. A share that comes back while others are on their way has neither: it fails with all of
    the refund, whose case decides.
    """

    id: str
    payment_id: str
    order_id: str
    case_id: str | None
    state: RefundState
    amount_minor: int
    currency: str
    cause: str
    created_at: datetime
    settled_at: datetime | None = None
    provider_reference: str | None = None
    failure_code: str | None = None
    outside: str | None = None
    outside_reference: str | None = None
    outside_evidence: str | None = None
    borne: list[dict[str, Any]] | None = None  # Any: JSON
    asked_by_event: str | None = None
    correlation_id: str | None = None
    share_of: str | None = None
    whole_minor: int | None = None
    reversed_at: datetime | None = None
    owed_by_case: bool = False

    @property
    def refund_id(self) -> str:
        """The refund that it is, or that it is a share of."""
        return self.share_of or self.id

    @property
    def share_id(self) -> str | None:
        """Its own id where it is a share; None where it is all of the refund."""
        return None if self.share_of is None else self.id

    @property
    def came_back(self) -> bool:
        """Whether it had succeeded, and failed then: one that has never succeeded has no number of the provider."""
        return self.state is RefundState.FAILED and (
            self.reversed_at is not None or self.provider_reference is not None
        )


class CallVerb(StrEnum):
    """What the next call to the provider does."""

    SUBMIT = "submit"
    QUERY = "query"


class CallSubject(StrEnum):
    """What a call to the provider, or a callback from it, is about."""

    PAYMENT = "payment"
    REFUND = "refund"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderCall:
    """A call to a payment provider that is still to be made. `id` is that of the payment or refund.

    `due_at` is also the end of the lease of the worker that makes the call. `unanswered` is true where the last call got
    no answer; such a call is made again as soon as the provider answers another one. `gives_up`: the buyer has voided the payment.

    `payer_id` is the buyer's id at the provider, where the method needs it: personal data, which is kept here alone and deleted with the
    call, once the payment has ended. `traceparent` is of the work that wanted the call.
    """

    id: str
    subject: CallSubject
    verb: CallVerb
    attempts: int
    due_at: datetime
    unanswered: bool = False
    gives_up: bool = False
    payer_id: str | None = field(default=None, repr=False)
    traceparent: str | None = None
