"""Refunds that the merchant makes outside the payment provider, after that has refused one; published by aftersale-svc."""

from typing import Annotated

from pydantic import Field

from aftercare_events.catalogue.case_refunds import RefundCause
from aftercare_events.catalogue.cases import CaseEvent
from aftercare_events.fields import Code, Currency, DeadlineAt, Hash, Minor, PaymentId, RefundId
from aftercare_events.vocabulary import Vocabulary, one_of


class OfflineRefundMethod(Vocabulary):
    """How money is given back outside the payment provider."""

    BANK_TRANSFER = "bank_transfer", "a transfer to a bank account"
    WALLET = "wallet", "a payment to an electronic wallet"
    CASH = "cash", "cash"
    OTHER = "other", "something else"


Method = Annotated[Code, one_of(OfflineRefundMethod, "how it was given back")]


class OfflineRefundStated(CaseEvent):
    """Merchant or agent state that the money of a refused refund was given back outside the provider; the buyer has to confirm it."""

    matter: Code = "offline_refund"
    refund_id: RefundId
    failed_refund_id: Annotated[RefundId, Field(description="the refund that was refused")]
    amount_minor: Minor
    currency: Currency
    method: Method
    reference_hash: Hash
    evidence: tuple[Hash, ...]
    deadline_at: DeadlineAt = None


class OfflineRefundConfirmed(CaseEvent):
    """The money is back: the buyer has confirmed it, or an agent, where the buyer has not answered in time."""

    matter: Code = "offline_refund"
    refund_id: RefundId
    payment_id: PaymentId
    amount_minor: Minor
    currency: Currency
    cause: Annotated[Code, one_of(RefundCause, "which decision led to the refund")]
    method: Method
    by_timeout: Annotated[bool, Field(description="whether the buyer's time has passed without an answer")]


class OfflineRefundDenied(CaseEvent):
    """The buyer says that the money has not arrived: a dispute decides, or an agent where a verdict had ordered the refund."""

    matter: Code = "offline_refund"
    refund_id: RefundId
    disputed: Annotated[bool, Field(description="whether a dispute was opened by it; AfterSaleFrozen names that")]
    deadline_at: DeadlineAt = None


class OfflineRefundWithdrawn(CaseEvent):
    """Merchant or agent have taken the statement back; an agent decides."""

    matter: Code = "offline_refund"
    refund_id: RefundId
    deadline_at: DeadlineAt = None
