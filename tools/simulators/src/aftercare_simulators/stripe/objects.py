"""The objects of Stripe's API as JSON: PaymentIntents, Refunds and Events, made of the ledger's operations."""

import hashlib
import json
from datetime import datetime
from typing import Any
from uuid import uuid4

from aftercare_simulators.payment.callbacks import Delivery
from aftercare_simulators.payment.charge_backs import ChargeBack, ChargeBackStatus
from aftercare_simulators.payment.ledger import Kind, Ledger, Operation, Status

Json = dict[str, Any]  # Any: JSON
_API_VERSION = "2026-09-30"
_INTENT = {
    Status.PENDING: "requires_payment_method",
    Status.AUTHORISED: "requires_capture",
    Status.SUCCEEDED: "succeeded",
    Status.DECLINED: "requires_payment_method",
}
_REFUND = {Status.PENDING: "pending", Status.SUCCEEDED: "succeeded", Status.DECLINED: "failed"}

_DISPUTE = {
    ChargeBackStatus.OPEN: "needs_response",
    ChargeBackStatus.WON: "won",
    ChargeBackStatus.LOST: "lost",
}


def new_id(prefix: str, key: str) -> str:
    """The id of the object that a request under this key makes."""
    return f"{prefix}_{hashlib.sha256(key.encode()).hexdigest()[:24]}"


def metadata(ledger: Ledger, operation: Operation) -> dict[str, str]:
    """The metadata of the request that made the operation."""
    request = ledger.request_of(operation)
    assert isinstance(request, dict)
    given = {name: value for name, value in request.items() if name.startswith("metadata[")}
    return {name.removeprefix("metadata[").removesuffix("]"): str(value) for name, value in given.items()}


def intent(ledger: Ledger, payment: Operation) -> Json:
    """A PaymentIntent. One whose charge was declined waits for another method; one that the shop gave up is canceled."""
    request = ledger.request_of(payment)
    assert isinstance(request, dict)
    is_charged = request.get("confirm") == "true"
    declined = payment.status is Status.DECLINED and is_charged and payment.script.declined
    status = _INTENT[payment.status] if declined or payment.status is not Status.DECLINED else "canceled"
    error = {"type": "card_error", "code": "card_declined", "message": "Your card was declined."} if declined else None
    return {
        "id": payment.id,
        "object": "payment_intent",
        "amount": payment.authorised or payment.amount,
        "amount_capturable": payment.amount if payment.status is Status.AUTHORISED else 0,
        "amount_received": payment.amount if payment.status is Status.SUCCEEDED else 0,
        "capture_method": "automatic_async" if payment.authorised is None else "manual",
        "client_secret": f"{payment.id}_secret_{payment.id[-8:]}",
        "currency": payment.currency.lower(),
        "last_payment_error": error,
        "livemode": False,
        "metadata": metadata(ledger, payment),
        "status": status,
    }


def refund(ledger: Ledger, made: Operation) -> Json:
    """A Refund."""
    return {
        "id": made.id,
        "object": "refund",
        "amount": made.amount,
        "currency": made.currency.lower(),
        "metadata": metadata(ledger, made),
        "payment_intent": made.payment_id,
        "status": _REFUND[made.status],
        **({"failure_reason": "expired_or_canceled_card"} if made.status is Status.DECLINED else {}),
    }


def balance_transaction(ledger: Ledger, at: datetime, operation: Operation) -> Json:
    """A BalanceTransaction with its source; the charge of a PaymentIntent has the metadata of that."""
    is_refund = operation.kind is Kind.REFUND
    charge = {
        "id": operation.id.replace("pi_", "ch_"),
        "object": "charge",
        "amount": operation.authorised or operation.amount,
        "amount_captured": operation.amount,
        "currency": operation.currency.lower(),
        "metadata": metadata(ledger, operation),
        "payment_intent": operation.id,
    }
    return {
        "id": f"txn_{operation.id}",
        "object": "balance_transaction",
        "amount": -operation.amount if is_refund else operation.amount,
        "created": int(at.timestamp()),
        "currency": operation.currency.lower(),
        "fee": 0,
        "source": refund(ledger, operation) if is_refund else charge,
        "type": "refund" if is_refund else "charge",
    }


def dispute(charge_back: ChargeBack) -> Json:
    """A Dispute. It has no metadata of ours: it names the PaymentIntent."""
    payment = charge_back.payment
    return {
        "id": charge_back.id,
        "object": "dispute",
        "amount": charge_back.amount,
        "charge": payment.id.replace("pi_", "ch_"),
        "currency": payment.currency.lower(),
        "is_charge_refundable": False,
        "livemode": False,
        "metadata": {},
        "payment_intent": payment.id,
        "reason": charge_back.reason,
        "status": _DISPUTE[charge_back.status],
    }


def dispute_transaction(at: datetime, charge_back: ChargeBack) -> Json:
    """A BalanceTransaction by which a Dispute takes money, or gives it again once it is won."""
    is_won = charge_back.status is ChargeBackStatus.WON
    return {
        "id": f"txn_{charge_back.id}{'_won' if is_won else ''}",
        "object": "balance_transaction",
        "amount": charge_back.amount if is_won else -charge_back.amount,
        "created": int(at.timestamp()),
        "currency": charge_back.payment.currency.lower(),
        "fee": 0,
        "source": dispute(charge_back),
        "type": "adjustment",
    }


def event_about_dispute(charge_back: ChargeBack, now: datetime, url: str) -> Delivery:
    """The Event that reports a Dispute: that it was created, or how it was closed."""
    is_open = charge_back.status is ChargeBackStatus.OPEN
    return _event(f"charge.dispute.{'created' if is_open else 'closed'}", dispute(charge_back), now, url)


def event_about(ledger: Ledger, operation: Operation, now: datetime, url: str) -> Delivery:
    """The Event that reports how this operation ended."""
    if operation.kind is Kind.REFUND:
        content = refund(ledger, operation)
        type_ = "refund.failed" if operation.status is Status.DECLINED else "refund.updated"
    else:
        content = intent(ledger, operation)
        ends = {"succeeded": "succeeded", "canceled": "canceled", "requires_capture": "amount_capturable_updated"}
        type_ = f"payment_intent.{ends.get(content['status'], 'payment_failed')}"
    return _event(type_, content, now, url)


def _event(type_: str, content: Json, now: datetime, url: str) -> Delivery:
    id_ = f"evt_{uuid4().hex[:24]}"
    body = {
        "id": id_,
        "object": "event",
        "api_version": _API_VERSION,
        "created": int(now.timestamp()),
        "data": {"object": content},
        "livemode": False,
        "pending_webhooks": 1,
        "request": {"id": None, "idempotency_key": None},
        "type": type_,
    }
    return Delivery(id_, type_, url, json.dumps(body))
