"""The trade bill 交易账单 of WeChat Pay: gzip of a CSV file, announced with its SHA-1."""

import gzip
import hashlib
import hmac
import zlib
from collections.abc import Mapping, Sequence
from typing import Literal

from pydantic import BaseModel

from order_svc.domain.payments.statements import EntryKind, StatementEntry
from order_svc.integrations.payments import bills

_LARGEST = 256 * 2**20


class Announcement(BaseModel):
    """Where the file is, and what it must be like."""

    hash_type: Literal["SHA1"]
    hash_value: str
    download_url: str


def entries(packed: bytes, announced: Announcement) -> Sequence[StatementEntry]:
    """The payments and refunds of the file.

    Raises: ValueError where the file is not the one that was announced, or is no trade bill.
    """
    text = _unpacked(packed)
    # SHA-1 is the provider's scheme, not ours.
    digest = hashlib.sha1(text, usedforsecurity=False).hexdigest()
    if not hmac.compare_digest(digest, announced.hash_value.lower()):
        raise ValueError("the file is not the one that was announced")
    try:
        found = [_entry(row) for row in bills.rows(text.decode(), "交易时间")]
    except KeyError as error:
        raise ValueError(f"the bill has no column {error}") from None
    return [each for each in found if each is not None]


def _unpacked(packed: bytes) -> bytes:
    try:
        text = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16).decompress(packed, _LARGEST)
    except (zlib.error, gzip.BadGzipFile) as error:
        raise ValueError(str(error)) from None
    if len(text) == _LARGEST:
        raise ValueError("the bill is too large")
    return text


def _entry(row: Mapping[str, str]) -> StatementEntry | None:
    """None for a refund that is on its way, or has failed: it has moved no money."""
    if row["交易状态"] == "SUCCESS":
        return StatementEntry(
            kind=EntryKind.PAYMENT,
            reference=row["微信订单号"],
            subject_id=f"pay_{row['商户订单号']}",
            amount_minor=bills.minor(row["订单金额"]),
            currency=row["货币种类"],
        )
    if row["退款状态"] != "SUCCESS":
        return None
    return StatementEntry(
        kind=EntryKind.REFUND,
        reference=row["微信退款单号"],
        subject_id=row["商户退款单号"],
        amount_minor=bills.minor(row["申请退款金额"]),
        currency=row["货币种类"],
    )
