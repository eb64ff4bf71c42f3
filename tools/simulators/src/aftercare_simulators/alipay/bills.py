"""The trade bill of a day: a ZIP file with two CSV files in GBK, one of single transactions and one of sums."""

import io
import zipfile
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone

from aftercare_simulators.payment.ledger import Kind, Ledger, Operation

CHINA = timezone(timedelta(hours=8))
_COLUMNS = (
    "支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,对方账户,订单金额（元）,商家实收（元）,支付宝红包（元）,"
    "集分宝（元）,支付宝优惠（元）,商家优惠（元）,券核销金额（元）,券名称,商家红包消费金额（元）,卡消费金额（元）,退款批次号/请求号,服务费（元）,分润（元）,备注"
)


def trade_bill(ledger: Ledger, settled: Sequence[tuple[datetime, Operation]]) -> bytes:
    """The bill with these payments and refunds, each with its time. Refunds have negative amounts."""
    rows = [_row(ledger, at, each) for at, each in settled]
    head = ["#支付宝业务明细查询", "#账号：[2088000000000000]", "#-----业务明细列表-----", _COLUMNS]
    text = "\r\n".join([*head, *rows, "#-----业务明细列表结束-----", f"#交易合计：{len(rows)}笔", ""])
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr("2088000000000000_业务明细.csv", text.encode("gbk"))
        packed.writestr("2088000000000000_业务明细(汇总).csv", "#汇总\r\n".encode("gbk"))
    return file.getvalue()


def _row(ledger: Ledger, at: datetime, operation: Operation) -> str:
    payment, is_refund = ledger.find(Kind.PAYMENT, operation.payment_id), operation.kind is Kind.REFUND
    time = at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S")
    amount = f"{'-' if is_refund else ''}{yuan(operation.amount)}"
    first = [f"{payment.reference}\t", f"{payment.id}\t", "退款" if is_refund else "交易", "订单", time, time]
    money = [amount, amount, *["0.00"] * 5, "", "0.00", "0.00"]
    last = [f"{operation.id}\t" if is_refund else "", "0.00", "0.00", ""]
    return ",".join([*first, "", "", "", "", "*芳(138****0000)", *money, *last])


def yuan(minor: int) -> str:
    """An amount as Alipay writes it: yuan with two decimals."""
    return f"{minor // 100}.{minor % 100:02d}"
