"""The documents of WeChat Pay's API v3: transactions and refunds, made of the ledger's operations."""

from datetime import datetime
from typing import Any

from aftercare_simulators.payment.callbacks import Delivery
from aftercare_simulators.payment.ledger import Kind, Ledger, Operation, Status
from aftercare_simulators.wechat_pay.platform import Platform

Json = dict[str, Any]  # Any: JSON
_TRADE = {Status.PENDING: "NOTPAY", Status.SUCCEEDED: "SUCCESS", Status.DECLINED: "CLOSED"}
_REFUND = {Status.PENDING: "PROCESSING", Status.SUCCEEDED: "SUCCESS", Status.DECLINED: "CLOSED"}


def transaction(platform: Platform, ledger: Ledger, payment: Operation) -> Json:
    """A transaction as a query and a callback show it."""
    paid = payment.status is Status.SUCCEEDED
    refunded = ledger.refunded(payment.id, Status.SUCCEEDED)
    return {
        "appid": platform.app_id,
        "mchid": platform.merchant_id,
        "out_trade_no": payment.id,
        "trade_state": "REFUND" if refunded else _TRADE[payment.status],
        "trade_state_desc": "",
        "amount": {"total": payment.amount, "currency": payment.currency},
        **(
            {
                "transaction_id": payment.reference,
                "payer": payer(ledger, payment),
                "trade_type": trade_type(ledger, payment),
            }
            if paid
            else {}
        ),
    }


def payer(ledger: Ledger, payment: Operation) -> Json:
    """The buyer, by their id in the merchant's app: that of the order, where the order has it."""
    content = ledger.request_of(payment)
    named = content.get("payer") if isinstance(content, dict) else None
    return named if isinstance(named, dict) else {"openid": "o-simulated"}


def trade_type(ledger: Ledger, payment: Operation) -> str:
    """How the buyer has paid. Only a payment in the WeChat client names its buyer beforehand."""
    content = ledger.request_of(payment)
    return "JSAPI" if isinstance(content, dict) and content.get("payer") else "NATIVE"


def refund(ledger: Ledger, made: Operation) -> Json:
    """A refund as its request and a query return it."""
    return {**_refund(ledger, made), "status": _REFUND[made.status], "channel": "ORIGINAL"}


def _refund(ledger: Ledger, made: Operation) -> Json:
    payment = ledger.find(Kind.PAYMENT, made.payment_id)
    return {
        "refund_id": made.reference,
        "out_refund_no": made.id,
        "transaction_id": payment.reference,
        "out_trade_no": payment.id,
        "amount": {
            "total": payment.amount,
            "refund": made.amount,
            "payer_total": payment.amount,
            "payer_refund": made.amount,
        },
    }


def callback_about(platform: Platform, ledger: Ledger, operation: Operation, now: datetime) -> Delivery | None:
    """The callback about an operation that has ended; a transaction that was not paid has none."""
    if operation.kind is Kind.REFUND:
        status = _REFUND[operation.status]
        content = {**_refund(ledger, operation), "mchid": platform.merchant_id, "refund_status": status}
        return platform.callback(f"REFUND.{status}", "refund", content, now, operation.callback_url)
    if operation.status is not Status.SUCCEEDED:
        return None
    content = transaction(platform, ledger, operation)
    return platform.callback("TRANSACTION.SUCCESS", "transaction", content, now, operation.callback_url)
