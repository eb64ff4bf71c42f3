"""Stripe's events as far as they are read, and what they report."""

from typing import Annotated

from pydantic import BaseModel, Field, JsonValue, StringConstraints, ValidationError

from order_svc.domain.payments.model import CallSubject
from order_svc.integrations.payments.port import Outcome, ProviderNotification, ProviderResult

REFUNDED = {
    "succeeded": Outcome.SUCCEEDED,
    "failed": Outcome.DECLINED,
    "canceled": Outcome.DECLINED,
}
"""What the states of a Refund mean; the others are pending."""
_REFUND_EVENTS = frozenset({"refund.created", "refund.updated", "refund.failed", "charge.refund.updated"})
_PAYMENT_EVENTS = {"payment_intent.succeeded": Outcome.SUCCEEDED, "payment_intent.canceled": Outcome.DECLINED}

Text = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]


class _Object(BaseModel):
    """A PaymentIntent or a Refund in an event, as far as it is read."""

    id: Text
    amount: int = Field(strict=True)
    amount_received: int | None = Field(None, strict=True)
    currency: Text
    status: Text | None = None
    failure_reason: Text | None = None
    cancellation_reason: Text | None = None
    metadata: dict[str, Text] = Field(default_factory=dict)


class _Data(BaseModel):
    object: dict[str, JsonValue]


class _Event(BaseModel):
    id: Text
    type: Text
    data: _Data


def notification(raw: bytes) -> ProviderNotification | None:
    """What an event reports of a payment or refund; None where it is about something else, or has none of our ids.

    Raises: ValueError where it cannot be read.
    """
    try:
        event = _Event.model_validate_json(raw)
        if event.type in _PAYMENT_EVENTS:
            return _payment_notification(_PAYMENT_EVENTS[event.type], _Object.model_validate(event.data.object))
        if event.type in _REFUND_EVENTS:
            return _refund_notification(_Object.model_validate(event.data.object))
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        raise ValueError(f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}") from None
    return None


def _payment_notification(outcome: Outcome, intent: _Object) -> ProviderNotification | None:
    subject_id = intent.metadata.get("payment_id")
    if not subject_id:
        return None
    is_paid = outcome is Outcome.SUCCEEDED
    amount = intent.amount_received if is_paid and intent.amount_received is not None else intent.amount
    return ProviderNotification(
        subject=CallSubject.PAYMENT,
        subject_id=subject_id,
        result=ProviderResult(
            outcome=outcome,
            reference=intent.id,
            failure_code=None if is_paid else intent.cancellation_reason or "canceled",
        ),
        amount_minor=amount,
        currency=intent.currency.upper(),
    )


def _refund_notification(refund: _Object) -> ProviderNotification | None:
    subject_id, outcome = refund.metadata.get("refund_id"), REFUNDED.get(refund.status or "")
    if not subject_id or outcome is None:
        return None
    code = None if outcome is Outcome.SUCCEEDED else refund.failure_reason or refund.status
    return ProviderNotification(
        subject=CallSubject.REFUND,
        subject_id=subject_id,
        result=ProviderResult(outcome=outcome, reference=refund.id, failure_code=code),
        amount_minor=refund.amount,
        currency=refund.currency.upper(),
    )
