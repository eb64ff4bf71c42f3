"""In which orders the orders of a shop are listed."""

from collections.abc import Collection
from enum import StrEnum

from aftercare_chassis.refusals import Kind, Refusal


class OrderSort(StrEnum):
    """The orders of a list; with a minus the other way round."""

    NEWEST = "newest"
    OLDEST = "oldest"
    AMOUNT = "amount"
    LARGEST_AMOUNT = "-amount"
    DEADLINE = "deadline"
    LATEST_DEADLINE = "-deadline"


BY_TIME = (OrderSort.NEWEST, OrderSort.OLDEST)
_BY_AMOUNT = (OrderSort.AMOUNT, OrderSort.LARGEST_AMOUNT)


class CurrencyMissing(Refusal):
    """Amounts are to be compared, but of which currency?"""

    kind, code = Kind.INVALID, "currency_missing"
    zh = "按金额排序或筛选时必须指定一个币种 currency，不同币种的金额无法比较。"
    en = "Orders are sorted and filtered by amount within one currency, which `currency` has to name."


class SortUnsuitable(Refusal):
    """A list of what a search or a filter by goods finds is sorted by time only."""

    kind, code = Kind.INVALID, "sort_unsuitable"
    zh = "按关键字、商品、类目、承运商、运单号或支付渠道筛选时只能按时间排序；可选：{allowed}。"
    en = (
        "Orders that are found by a search, their goods, courier, waybill or payment provider are sorted by time;"
        " possible are {allowed}."
    )


class RangeEmpty(Refusal):
    """A range ends before it starts."""

    kind, code = Kind.INVALID, "range_empty"
    zh = "{name}_to 必须大于 {name}_from。"
    en = "`{name}_to` has to be above `{name}_from`."


def check_sort(wanted: OrderSort, *, by_key: bool, by_amount: bool, currencies: Collection[str]) -> None:
    """Check that a list can have this order.

    `by_key`: it is filtered by a search, or by what no column of the order holds; `by_amount`: by a range of amounts.

    Raises:
        SortUnsuitable: it is filtered by key and is to be sorted by anything but time.
        CurrencyMissing: amounts are compared, and it is not filtered by one currency.
    """
    if by_key and wanted not in BY_TIME:
        raise SortUnsuitable(pointer="/sort", allowed=list(BY_TIME))
    if (by_amount or wanted in _BY_AMOUNT) and len(set(currencies)) != 1:
        raise CurrencyMissing(pointer="/currency")
