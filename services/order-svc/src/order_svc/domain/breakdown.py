"""What the merchant states besides the price of a line: the tax in it, and what its discount is made of."""

from collections.abc import Sequence
from typing import Any

from order_svc.domain import policy
from order_svc.domain.errors import DiscountRepeated, DiscountsDoNotAddUp, TaxExceedsPaid, ThresholdNotReached
from order_svc.domain.model import Amount, DiscountDraft, LineDraft, OrderLine


def line_tax(draft: LineDraft, paid_minor: int, currency: str, at: str) -> int | None:
    """The tax in what is paid for a line, in minor units; None where it is not stated.

    Raises:
        CurrencyMismatch: it is in another currency than the order.
        TaxExceedsPaid: it is more than what is paid for the line.
    """
    return _tax(draft.tax, paid_minor, currency, f"{at}/tax")


def shipping_tax(tax: Amount | None, fee_minor: int, currency: str) -> int | None:
    """The tax in the shipping fee, in minor units; None where it is not stated. Raises: as `line_tax`."""
    return _tax(tax, fee_minor, currency, "/shipping_tax")


def _tax(stated: Amount | None, paid_minor: int, currency: str, at: str) -> int | None:
    if stated is None:
        return None
    tax = policy.in_currency(stated, currency, at)
    if tax > paid_minor:
        raise TaxExceedsPaid(pointer=at, tax_minor=tax, paid_minor=paid_minor, currency=currency)
    return tax


def line_discounts(draft: LineDraft, currency: str, at: str) -> list[dict[str, Any]] | None:  # Any: a JSON document
    """What a line's discount is made of, as it is stored; None where it is not stated.

    Raises:
        CurrencyMismatch: an amount is in another currency than the order.
        DiscountRepeated: a kind of one funder is named twice with the same threshold.
        DiscountsDoNotAddUp: their sum is not the discount of the line.
    """
    if draft.discounts is None:
        return None
    parts = _parts(draft.discounts, currency, f"{at}/discounts")
    discount, stated = policy.in_currency(draft.discount, currency, f"{at}/discount"), sum(parts.values())
    if stated != discount:
        raise DiscountsDoNotAddUp(
            pointer=f"{at}/discounts", stated_minor=stated, discount_minor=discount, currency=currency
        )
    return [_stored(*key, minor) for key, minor in parts.items()]


# Any: JSON
def shipping_discounts(stated: Sequence[DiscountDraft] | None, currency: str) -> list[dict[str, Any]] | None:
    """What was taken off the shipping fee before it was stated, as it is stored; None where it is not stated.

    Raises:
        CurrencyMismatch, DiscountRepeated: as `line_discounts`.
    """
    if stated is None:
        return None
    return [_stored(*key, minor) for key, minor in _parts(stated, currency, "/shipping_discounts").items()]


def _parts(discounts: Sequence[DiscountDraft], currency: str, at: str) -> dict[tuple[str, str, int | None], int]:
    """The amounts by kind, funder and threshold."""
    parts: dict[tuple[str, str, int | None], int] = {}
    for number, each in enumerate(discounts):
        place = f"{at}/{number}"
        threshold = None
        if each.threshold is not None:
            threshold = policy.in_currency(each.threshold, currency, f"{place}/threshold")
        if (each.kind, each.funder, threshold) in parts:
            raise DiscountRepeated(pointer=place, kind_of_discount=each.kind, funder=each.funder)
        parts[each.kind, each.funder, threshold] = policy.in_currency(each.amount, currency, f"{place}/amount")
    return parts


# Any: JSON
def _stored(kind: str, funder: str, threshold_minor: int | None, amount_minor: int) -> dict[str, Any]:
    part = {"kind": kind, "funder": funder, "amount_minor": amount_minor}
    return part if threshold_minor is None else {**part, "threshold_minor": threshold_minor}


def check_thresholds(lines: Sequence[OrderLine], currency: str) -> None:
    """Refuse a discount of the order that its lines do not come to, as they cost before the discounts of the order.

    Raises:
        ThresholdNotReached: they cost less than the threshold.
    """
    shares = [
        (f"/lines/{place}/discounts/{number}/threshold", each)
        for place, line in enumerate(lines)
        for number, each in enumerate(line.discounts or ())
        if "threshold_minor" in each
    ]
    value = sum(line.paid_minor for line in lines) + sum(each["amount_minor"] for _, each in shares)
    for pointer, each in shares:
        if each["threshold_minor"] > value:
            raise ThresholdNotReached(
                pointer=pointer, threshold_minor=each["threshold_minor"], value_minor=value, currency=currency
            )
