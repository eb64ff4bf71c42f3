"""The documents of WeChat Pay's API v3 as far as they are read, and what they mean here."""

from typing import Annotated

from pydantic import BaseModel, Field, StringConstraints, ValidationError

from order_svc.domain.payments.model import CallSubject
from order_svc.integrations.payments.port import Outcome, ProviderNotification, ProviderResult
from order_svc.integrations.payments.results import NOT_SENT, PENDING, UNKNOWN, declined

_TRADES = {
    "SUCCESS": Outcome.SUCCEEDED,
    "REFUND": Outcome.SUCCEEDED,  # paid, and refunded since
    "NOTPAY": Outcome.PENDING,
    "USERPAYING": Outcome.PENDING,
    "ACCEPT": Outcome.PENDING,
    "CLOSED": Outcome.DECLINED,
    "REVOKED": Outcome.DECLINED,
    "PAYERROR": Outcome.DECLINED,
}
# ABNORMAL: the buyer's bank did not take the money, and the merchant settles it in the console; it is not back with the merchant.
_REFUNDS = {
    "SUCCESS": Outcome.SUCCEEDED,
    "CLOSED": Outcome.DECLINED,
    "PROCESSING": Outcome.PENDING,
    "ABNORMAL": Outcome.PENDING,
}
NOT_THERE = frozenset({"ORDER_NOT_EXIST", "ORDERNOTEXIST", "RESOURCE_NOT_EXISTS"})
# Refusals that are about us or about the moment, or that leave open what has become of an earlier request.
_OPEN = frozenset(
    {
        "SIGN_ERROR",
        "NO_AUTH",
        "NOAUTH",
        "SYSTEM_ERROR",
        "BANK_ERROR",
        "BANKERROR",
        "FREQUENCY_LIMITED",
        "RATELIMIT_EXCEEDED",
        "OUT_TRADE_NO_USED",
        "ORDERPAID",
        "ORDER_CLOSED",
    }
)

Text = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]


class Amount(BaseModel):
    total: int = Field(strict=True)
    refund: int | None = Field(None, strict=True)
    currency: Text = "CNY"


class Document(BaseModel):
    """A transaction or a refund, in a response or in a callback."""

    out_trade_no: Text
    amount: Amount
    trade_state: Text | None = None
    transaction_id: Text | None = None
    out_refund_no: Text | None = None
    refund_id: Text | None = None
    status: Text | None = None
    refund_status: Text | None = None


class Resource(BaseModel):
    ciphertext: str
    nonce: Text
    associated_data: Text = ""


class Callback(BaseModel):
    event_type: Text
    resource: Resource


class Refusal(BaseModel):
    code: Text


def code_of(content: str | bytes) -> str:
    """The code of a refusal; empty where this is none of WeChat Pay."""
    try:
        return Refusal.model_validate_json(content).code
    except ValidationError:
        return ""


def refusal(status: int, content: str | bytes) -> ProviderResult:
    if status == -1:
        return NOT_SENT
    code = code_of(content)
    is_refused = 400 <= status < 500 and code and code not in _OPEN
    return declined(code, f"provider_refused_{status}") if is_refused else UNKNOWN


def payment_result(content: str | bytes) -> ProviderResult:
    try:
        document = Document.model_validate_json(content)
    except ValidationError:
        return UNKNOWN
    return _result(_TRADES.get(document.trade_state or ""), document.transaction_id, document.trade_state)


def refund_result(content: str | bytes) -> ProviderResult:
    try:
        document = Document.model_validate_json(content)
    except ValidationError:
        return UNKNOWN
    return _result(_REFUNDS.get(document.status or ""), document.refund_id, document.status)


def _result(outcome: Outcome | None, reference: str | None, state: str | None) -> ProviderResult:
    if outcome is None:
        return UNKNOWN
    if outcome is Outcome.PENDING:
        return PENDING
    return declined(state, "declined") if outcome is Outcome.DECLINED else _succeeded(reference)


def _succeeded(reference: str | None) -> ProviderResult:
    return ProviderResult(outcome=Outcome.SUCCEEDED, reference=reference)


def payment_notification(document: Document) -> ProviderNotification | None:
    result = _result(_TRADES.get(document.trade_state or ""), document.transaction_id, document.trade_state)
    subject_id = f"pay_{document.out_trade_no}"
    return _notification(CallSubject.PAYMENT, subject_id, result, document.amount.total, document.amount.currency)


def refund_notification(document: Document) -> ProviderNotification | None:
    if document.out_refund_no is None or document.amount.refund is None:
        raise ValueError("out_refund_no, amount.refund: Field required")
    result = _result(_REFUNDS.get(document.refund_status or ""), document.refund_id, document.refund_status)
    subject, amount = document.out_refund_no, document.amount
    return _notification(CallSubject.REFUND, subject, result, document.amount.refund, amount.currency)


def _notification(
    subject: CallSubject, subject_id: str, result: ProviderResult, amount_minor: int, currency: str
) -> ProviderNotification | None:
    """None where it reports no end."""
    if result.outcome not in (Outcome.SUCCEEDED, Outcome.DECLINED):
        return None
    return ProviderNotification(
        subject=subject, subject_id=subject_id, result=result, amount_minor=amount_minor, currency=currency
    )
