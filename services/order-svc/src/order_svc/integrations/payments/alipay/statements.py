"""The trade bill 交易账单 of Alipay: CSV files in GBK, in a ZIP file."""

import io
import zipfile
from collections.abc import Mapping, Sequence

from order_svc.domain.payments.statements import EntryKind, StatementEntry
from order_svc.integrations.payments import bills

_LARGEST = 256 * 2**20
_SUMS = "汇总"


def entries(packed: bytes) -> Sequence[StatementEntry]:
    """The payments and refunds of the file with single transactions.

    Raises: ValueError where it is no trade bill.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(packed)) as files:
            [single] = [each for each in files.infolist() if _SUMS not in _name(each)]
            if single.file_size > _LARGEST:
                raise ValueError("the bill is too large")
            text = files.read(single).decode("gb18030")
        return [_entry(row) for row in bills.rows(text, "支付宝交易号")]
    except KeyError as error:
        raise ValueError(f"the bill has no column {error}") from None
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError) as error:
        raise ValueError(str(error)) from None


def _name(file: zipfile.ZipInfo) -> str:
    """The name, which is in GBK where the file does not state UTF-8; the library has read it as code page 437 then."""
    return file.filename if file.flag_bits & 0x800 else file.filename.encode("cp437").decode("gb18030", "replace")


def _entry(row: Mapping[str, str]) -> StatementEntry:
    is_refund = row["业务类型"] == "退款"
    return StatementEntry(
        kind=EntryKind.REFUND if is_refund else EntryKind.PAYMENT,
        reference=row["支付宝交易号"],
        subject_id=row["退款批次号/请求号"] if is_refund else row["商户订单号"],
        amount_minor=abs(bills.minor(row["订单金额（元）"])),
        currency="CNY",
    )
