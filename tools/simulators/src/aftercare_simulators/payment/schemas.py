"""The bodies of requests and responses. Amounts are in minor units."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from aftercare_simulators.payment.callbacks import Delivery
from aftercare_simulators.payment.charge_backs import ChargeBack, ChargeBackStatus
from aftercare_simulators.payment.ledger import Kind, Ledger, Operation, Status
from aftercare_simulators.payment.methods import Method

Id = Annotated[str, StringConstraints(pattern=r"^[!-~]{1,128}$")]
Url = Annotated[str, StringConstraints(pattern=r"^https?://[!-~]{1,2000}$")]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
Amount = Annotated[int, Field(gt=0, le=10**13, strict=True)]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PaymentIn(_In):
    """Take this amount from the buyer."""

    payment_id: Id
    amount: Amount
    currency: Currency
    method: Method = Method.SUCCESS
    callback_url: Url
    capture: Literal["automatic", "manual"] = "automatic"
    """`manual`: hold the amount until the shop captures it, or a part of it."""


class CaptureIn(_In):
    """Take this amount of an authorised payment, and release the rest."""

    amount: Amount


class RefundIn(_In):
    """Give this amount of a payment back."""

    refund_id: Id
    payment_id: Id
    amount: Amount
    currency: Currency
    callback_url: Url


class BehaviourIn(_In):
    """The method that overrides all following ones."""

    method: Method


class BehaviourOut(BaseModel):
    """The switch; null where every payment's own method counts."""

    method: Method | None


class OperationOut(BaseModel):
    """A payment or a refund."""

    reference: str
    status: Status
    payment_id: str
    refund_id: str | None = None
    amount: int
    currency: str
    authorised: int | None = None
    failure_code: str | None = None

    @classmethod
    def of(cls, operation: Operation) -> Self:
        """The operation as it is now."""
        return cls(
            reference=operation.reference,
            status=operation.status,
            payment_id=operation.payment_id,
            refund_id=operation.id if operation.kind == "refund" else None,
            amount=operation.amount,
            currency=operation.currency,
            authorised=operation.authorised,
            failure_code=operation.failure_code,
        )


class LedgerLine(BaseModel):
    """One payment: what was paid, refunded, and is being refunded."""

    payment_id: str
    status: Status
    currency: str
    paid: int
    refunded: int
    in_flight: int


class LedgerOut(BaseModel):
    """The whole ledger, to compare with that of a shop."""

    payments: list[LedgerLine]
    paid: dict[str, int]
    refunded: dict[str, int]

    @classmethod
    def of(cls, ledger: Ledger) -> Self:
        """The ledger as it is now, with sums per currency."""
        lines = [_line(ledger, payment) for payment in ledger.payments()]
        currencies = sorted({line.currency for line in lines})
        return cls(
            payments=lines,
            paid={c: sum(line.paid for line in lines if line.currency == c) for c in currencies},
            refunded={c: sum(line.refunded for line in lines if line.currency == c) for c in currencies},
        )


def _line(ledger: Ledger, payment: Operation) -> LedgerLine:
    return LedgerLine(
        payment_id=payment.id,
        status=payment.status,
        currency=payment.currency,
        paid=payment.amount if payment.status is Status.SUCCEEDED else 0,
        refunded=ledger.refunded(payment.id, Status.SUCCEEDED),
        in_flight=ledger.refunded(payment.id, Status.PENDING),
    )


class StatementLine(BaseModel):
    """A payment or refund that succeeded on the day."""

    kind: Kind
    id: str
    reference: str
    amount: int
    currency: str
    at: datetime


class StatementOut(BaseModel):
    """What was paid and refunded on a day (UTC), in the order of the times."""

    data: list[StatementLine]

    @classmethod
    def of(cls, settled: Sequence[tuple[datetime, Operation]]) -> Self:
        """Of these operations, each with its time."""
        lines = [
            StatementLine(
                kind=each.kind, id=each.id, reference=each.reference, amount=each.amount, currency=each.currency, at=at
            )
            for at, each in settled
        ]
        return cls(data=lines)


class ReversalIn(_In):
    """A refund that has succeeded, and whose money comes back."""

    refund_id: str


class ChargeBackIn(BaseModel):
    """A payment to take back for its buyer; all of it where no amount is named."""

    payment_id: str
    amount: int | None = None
    reason: str = "fraudulent"


class ChargeBackOut(BaseModel):
    """A charge-back."""

    id: str
    payment_id: str
    amount: int
    currency: str
    reason: str
    status: ChargeBackStatus

    @classmethod
    def of(cls, made: ChargeBack) -> Self:
        """The charge-back as it is now."""
        return cls(
            id=made.id,
            payment_id=made.payment.id,
            amount=made.amount,
            currency=made.payment.currency,
            reason=made.reason,
            status=made.status,
        )


class CallbackOut(BaseModel):
    """One callback and its delivery."""

    id: str
    type: str
    url: str
    tries: int
    delivered: bool
    last: str | None

    @classmethod
    def of(cls, delivery: Delivery) -> Self:
        """The callback as it is now."""
        return cls(
            id=delivery.id,
            type=delivery.type,
            url=delivery.url,
            tries=delivery.tries,
            delivered=delivery.delivered,
            last=delivery.last,
        )
