"""Stripe's events as far as they are read, and what they report."""

from typing import Annotated

from pydantic import BaseModel, Field, JsonValue, StringConstraints, ValidationError

from order_svc.domain.payments.charge_backs import ChargeBackState
from order_svc.domain.payments.model import CallSubject
from order_svc.integrations.json_texts import check_keys
from order_svc.integrations.payments.port import (
    ChargeBackNotification,
    Notification,
    Outcome,
    ProviderNotification,
    ProviderResult,
)
from order_svc.integrations.payments.stripe.amounts import read

REFUNDED = {
    "succeeded": Outcome.SUCCEEDED,
    "failed": Outcome.DECLINED,
    "canceled": Outcome.DECLINED,
}
"""What the states of a Refund mean; the others are pending."""
_REFUND_EVENTS = frozenset({"refund.created", "refund.updated", "refund.failed", "charge.refund.updated"})
_PAYMENT_EVENTS = {
    "payment_intent.amount_capturable_updated": Outcome.AUTHORISED,
    "payment_intent.succeeded": Outcome.SUCCEEDED,
    "payment_intent.canceled": Outcome.DECLINED,
}

_DISPUTED = {
    "needs_response": ChargeBackState.OPEN,
    "under_review": ChargeBackState.OPEN,
    "won": ChargeBackState.WON,
    "lost": ChargeBackState.LOST,
}
"""What the states of a Dispute mean. Those of an inquiry (`warning_…`) are about money that is not taken yet, if ever."""
_DISPUTE_EVENTS = "charge.dispute."

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


class _Dispute(BaseModel):
    """A Dispute in an event, as far as it is read."""

    id: Text
    amount: int = Field(strict=True, gt=0)
    currency: Text
    status: Text
    reason: Text = "unknown"
    payment_intent: Text | None = None


class _Data(BaseModel):
    object: dict[str, JsonValue]


class _Event(BaseModel):
    id: Text
    type: Text
    data: _Data


def notification(raw: bytes) -> Notification | None:
    """What an event reports of a payment, refund or dispute; None where it is about something else, or has none of our ids.

    Raises: ValueError where it cannot be read.
    """
    check_keys(raw)
    try:
        event = _Event.model_validate_json(raw)
        if event.type in _PAYMENT_EVENTS:
            return _payment_notification(_PAYMENT_EVENTS[event.type], _Object.model_validate(event.data.object))
        if event.type in _REFUND_EVENTS:
            return _refund_notification(_Object.model_validate(event.data.object))
        if event.type.startswith(_DISPUTE_EVENTS):
            return _charge_back_notification(_Dispute.model_validate(event.data.object))
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
            failure_code=intent.cancellation_reason or "canceled" if outcome is Outcome.DECLINED else None,
        ),
        amount_minor=read(amount, intent.currency),
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
        amount_minor=read(refund.amount, refund.currency),
        currency=refund.currency.upper(),
    )


def _charge_back_notification(dispute: _Dispute) -> ChargeBackNotification | None:
    """A Dispute names the payment by the number that Stripe has of it: it has metadata of its own."""
    state = _DISPUTED.get(dispute.status)
    if state is None or not dispute.payment_intent:
        return None
    return ChargeBackNotification(
        reference=dispute.id,
        payment_id=None,
        payment_reference=dispute.payment_intent,
        state=state,
        amount_minor=read(dispute.amount, dispute.currency),
        currency=dispute.currency.upper(),
        reason=dispute.reason,
    )
