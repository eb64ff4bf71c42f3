"""In which orders cases are listed."""

from collections.abc import Collection
from enum import StrEnum

from aftercare_chassis.refusals import Kind, Refusal


class CaseOrder(StrEnum):
    """The orders of lists of cases; with a minus the other way round."""

    NEWEST = "newest"
    OLDEST = "oldest"
    DEADLINE = "deadline"
    LATEST_DEADLINE = "-deadline"
    UPDATED = "updated"
    LAST_UPDATED = "-updated"
    AMOUNT = "amount"
    LARGEST_AMOUNT = "-amount"


BY_DEADLINE = (CaseOrder.DEADLINE, CaseOrder.LATEST_DEADLINE)
"""Only cases with a deadline have a place in these."""
_BY_AMOUNT = (CaseOrder.AMOUNT, CaseOrder.LARGEST_AMOUNT)


class CurrencyMissing(Refusal):
    """Amounts are to be sorted, but of which currency?"""

    kind, code = Kind.INVALID, "currency_missing"
    zh = "按金额排序时必须指定币种 currency，不同币种的金额无法比较。"
    en = "Cases are sorted by amount within one currency, which `currency` has to name."


class OrderUnsuitable(Refusal):
    """Filters by deadline need an order by deadline."""

    kind, code = Kind.INVALID, "sort_unsuitable"
    zh = "按期限筛选时只能按期限排序；可选：{allowed}。"
    en = "Filters by deadline list cases by deadline; possible are {allowed}."


def order_of(wanted: CaseOrder, *, due: bool, currencies: Collection[str]) -> CaseOrder:
    """The order of a list; `due` is whether it is filtered by deadline, `currencies` are those it is filtered by.

    Raises:
        OrderUnsuitable: it is filtered by deadline, and another order is wanted.
        CurrencyMissing: amounts are to be sorted, and it is not filtered by one currency.
    """
    if due and wanted not in (CaseOrder.NEWEST, *BY_DEADLINE):
        raise OrderUnsuitable(pointer="/sort", allowed=list(BY_DEADLINE))
    if wanted in _BY_AMOUNT and len(set(currencies)) != 1:
        raise CurrencyMissing(pointer="/currency")
    if due and wanted not in BY_DEADLINE:
        return CaseOrder.DEADLINE
    return wanted
