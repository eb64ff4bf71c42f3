"""What this service needs of a payment provider, whoever it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from order_svc.domain.payments.model import CallSubject, Payment, Refund


class Outcome(StrEnum):
    """How a call to a provider ended."""

    PENDING = "pending"
    SUCCEEDED = "succeeded"
    DECLINED = "declined"
    UNHEARD = "unheard"  # asked for: the provider has never heard of it
    LOST = "lost"  # it may or may not have happened
    UNREACHED = "unreached"  # it surely has not happened


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A provider's word on a payment or a refund."""

    outcome: Outcome
    reference: str | None = None
    failure_code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A callback whose signature held: what it is about, how it ended, and the amount it names."""

    message_id: str
    subject: CallSubject
    subject_id: str
    answer: Answer
    amount_minor: int
    currency: str


class Untrusted(Exception):
    """A callback that is not believed, or not understood; `verdict` says why."""

    def __init__(self, verdict: str) -> None:
        super().__init__(verdict)
        self.verdict = verdict


class PaymentProvider(Protocol):
    """One provider. The ids of payments and refunds are its idempotency keys for ever.

    No method raises for what the network or the provider does; that is what Outcome is for.
    """

    async def pay(self, payment: Payment) -> Answer:
        """Take the money from the buyer."""

    async def refund(self, refund: Refund) -> Answer:
        """Give money of a payment back."""

    async def find(self, subject: CallSubject, subject_id: str) -> Answer:
        """Ask what became of it."""

    def read(self, headers: Mapping[str, str], body: bytes) -> Notice | None:
        """The callback, verified; Untrusted when it is forged, too old or unreadable, None for other kinds of news."""
