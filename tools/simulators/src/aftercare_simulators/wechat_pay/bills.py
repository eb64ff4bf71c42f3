"""The trade bill of a day: CSV with the columns of WeChat Pay, each field behind a `, with a line of sums below."""

from collections.abc import Sequence
from datetime import datetime, timedelta, timezone

from aftercare_simulators.payment.ledger import Kind, Ledger, Operation, Status
from aftercare_simulators.wechat_pay import documents
from aftercare_simulators.wechat_pay.platform import Platform

CHINA = timezone(timedelta(hours=8))
_COLUMNS = (
    "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,微信退款单号,"
    "商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注"
)
_SUMS = "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额"


_REFUNDED = {Status.SUCCEEDED: "SUCCESS", Status.PENDING: "PROCESSING", Status.DECLINED: "FAIL"}


def trade_bill(platform: Platform, ledger: Ledger, settled: Sequence[tuple[datetime, Operation]]) -> bytes:
    """The bill with these payments and refunds, each with its time; refunds that are on their way, or have failed, are in it too."""
    rows = [_row(platform, ledger, at, each) for at, each in settled]
    sums = [str(len(rows)), *["0.00"] * 6]
    lines = [_COLUMNS, *map(_line, rows), _SUMS, _line(sums)]
    return "\ufeff".encode() + "\r\n".join(lines).encode() + b"\r\n"


def _line(fields: Sequence[str]) -> str:
    return ",".join(f"`{each}" for each in fields)


def _row(platform: Platform, ledger: Ledger, at: datetime, operation: Operation) -> list[str]:
    payment, is_refund = ledger.find(Kind.PAYMENT, operation.payment_id), operation.kind is Kind.REFUND
    refunded = yuan(operation.amount) if is_refund else "0.00"
    paid = "0.00" if is_refund else yuan(payment.amount)
    return [
        at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S"),
        platform.app_id,
        platform.merchant_id,
        "0",
        "",
        payment.reference,
        payment.id,
        documents.payer(ledger, payment)["openid"],
        documents.trade_type(ledger, payment),
        "REFUND" if is_refund else "SUCCESS",
        "OTHERS",
        operation.currency,
        paid,
        "0.00",
        operation.reference if is_refund else "0",
        operation.id if is_refund else "0",
        refunded,
        "0.00",
        "ORIGINAL" if is_refund else "",
        _REFUNDED[operation.status] if is_refund else "",
        "订单 一件",
        "",
        "0.00000",
        "0.60%",
        paid,
        refunded,
        "",
    ]


def yuan(minor: int) -> str:
    """An amount in yuan with two decimals."""
    return f"{minor // 100}.{minor % 100:02d}"
