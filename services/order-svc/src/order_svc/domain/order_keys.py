"""What an order is found by: the exact values of a search, and of filters by what no column of the order holds."""

from collections.abc import Iterable, Mapping
from enum import StrEnum


class KeyKind(StrEnum):
    """What a key is. A search looks through SEARCHED; a list is read by the first kind of FILTERED that it is filtered by."""

    ORDER_NO = "order_no"
    WAYBILL_NO = "waybill_no"
    SKU = "sku"
    BUYER_ID = "buyer"
    CATEGORY = "category"
    CARRIER = "carrier"
    PAYMENT_PROVIDER = "payment_provider"


SEARCHED = (KeyKind.ORDER_NO, KeyKind.SKU, KeyKind.BUYER_ID, KeyKind.WAYBILL_NO)
FILTERED = (
    KeyKind.ORDER_NO,
    KeyKind.WAYBILL_NO,
    KeyKind.SKU,
    KeyKind.CATEGORY,
    KeyKind.CARRIER,
    KeyKind.PAYMENT_PROVIDER,
)
"""In the order of how few orders have the same value."""


def key(kind: KeyKind, value: str) -> str:
    """The key of a value; letter case makes no difference."""
    return f"{kind}:{value.casefold()}"


def search_keys(text: str) -> list[str]:
    """The keys of the orders that a search finds."""
    return [key(kind, text) for kind in SEARCHED]


def keys(values: Mapping[KeyKind, Iterable[str | None]]) -> list[str]:
    """The keys of these values, each once and sorted; None has none."""
    return sorted({key(kind, value) for kind, of_kind in values.items() for value in of_kind if value is not None})
