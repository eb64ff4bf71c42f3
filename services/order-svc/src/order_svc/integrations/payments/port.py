"""What this service needs of a payment provider, whichever it is."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import date, timedelta, tzinfo
from enum import StrEnum
from typing import Protocol

from order_svc.domain.payments.charge_backs import ChargeBackState
from order_svc.domain.payments.model import CallSubject, CheckoutFields, Payment, Refund
from order_svc.domain.payments.signing_keys import PublishedKey
from order_svc.domain.payments.statements import StatementEntry
from order_svc.integrations.pushes import PushAdapter


class Outcome(StrEnum):
    """How a call to a provider ended."""

    PENDING = "pending"
    AUTHORISED = "authorised"  # the money is held for us, and is to be captured or released
    SUCCEEDED = "succeeded"
    DECLINED = "declined"
    NOT_FOUND = "not_found"  # of a query: the provider has no such payment or refund
    UNKNOWN = "unknown"  # no usable response: it may or may not have been carried out
    NOT_SENT = "not_sent"  # the request did not reach the provider: it has not been carried out


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderResult:
    """What a provider reports of a payment or refund, in a response or in a callback.

    `checkout` is what the buyer needs for a payment that is pending. `captured_minor` is what was taken of an authorised one, in minor
    units, once it has succeeded.
    """

    outcome: Outcome
    reference: str | None = None
    failure_code: str | None = None
    checkout: CheckoutFields | None = None
    captured_minor: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderNotification:
    """The content of a verified callback. `amount_minor` and `currency` are what the provider carried out."""

    subject: CallSubject
    subject_id: str
    result: ProviderResult
    amount_minor: int
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeBackNotification:
    """The content of a verified callback about a charge-back. `reference` is the provider's number of it; the payment is named by our id,
    or by the provider's number of it."""

    reference: str
    payment_id: str | None
    payment_reference: str | None
    state: ChargeBackState
    amount_minor: int
    currency: str
    reason: str


Notification = ProviderNotification | ChargeBackNotification


class PaymentCalls(Protocol):
    """The calls to one provider."""

    async def pay(self, payment: Payment, payer_id: str | None = None) -> ProviderResult:
        """Take the money from the buyer, or have it authorised where `authorised_minor` is stated. `payer_id` is the buyer's id at the
        provider, where the method needs it."""

    async def capture(self, payment: Payment) -> ProviderResult:
        """Take the amount of an authorised payment, and release the rest of what is authorised."""

    async def refund(self, payment: Payment, refund: Refund) -> ProviderResult:
        """Give money of a payment back."""

    async def find(self, payment: Payment, refund: Refund | None = None) -> ProviderResult:
        """Query the state of a payment, or of a refund of it."""

    async def close(self, payment: Payment) -> ProviderResult:
        """Give up a payment that the buyer may not have made yet, or that is authorised; what has become of it, which may be that it was
        made."""


class KeySource(Protocol):
    """Where a provider publishes the keys that it signs with."""

    async def keys(self) -> Sequence[PublishedKey] | None:
        """All of them, the next ones included; None where the provider does not answer."""


class PaymentProvider(PaymentCalls, PushAdapter[Notification | None], Protocol):
    """One provider. The ids of payments and refunds are its idempotency keys, which are never reused.

    No method raises for what the network or the provider does: that is an Outcome. `parse` returns None where a callback is
    about something else than a payment or refund.
    """

    @property
    def resources(self) -> Sequence[AbstractAsyncContextManager[object]]:
        """What it holds open, such as its HTTP client: entered when a process starts, left when it ends."""

    @property
    def statement_zone(self) -> tzinfo:
        """The time zone of its days."""

    @property
    def statement_ready(self) -> timedelta:
        """How long after the end of a day its statement is there."""

    @property
    def secrets(self) -> tuple[str, ...]:
        """What its callbacks may be signed with."""

    @property
    def key_source(self) -> KeySource | None:
        """Where it publishes what its callbacks may be signed with beside `secrets`; None where it does not."""

    @property
    def payer_methods(self) -> frozenset[str]:
        """The methods that need the buyer's id at the provider."""

    @property
    def authorises(self) -> bool:
        """Whether payments through it may be authorised first, and captured later."""

    def takes(self, method: str) -> bool:
        """Whether a payment through it may have this method."""

    async def statement(self, day: date) -> Sequence[StatementEntry] | None:
        """What it has paid in and paid back on that day; None where it does not answer, or has no statement yet."""
