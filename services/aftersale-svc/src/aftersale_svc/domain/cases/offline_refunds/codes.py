"""The codes of refunds outside the payment provider. They are published, so a value never changes."""

from enum import StrEnum


class OfflineRefundMethod(StrEnum):
    """How money is given back outside the payment provider."""

    BANK_TRANSFER = "bank_transfer"
    WALLET = "wallet"
    CASH = "cash"
    OTHER = "other"
