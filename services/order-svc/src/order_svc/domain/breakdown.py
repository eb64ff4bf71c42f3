"""What the merchant states besides the price of a line: the tax in it, and what its discount is made of."""

from typing import Any

from order_svc.domain import policy
from order_svc.domain.errors import DiscountRepeated, DiscountsDoNotAddUp, TaxExceedsPaid
from order_svc.domain.model import LineDraft


def line_tax(draft: LineDraft, paid_minor: int, currency: str, at: str) -> int | None:
    """The tax in what is paid for a line, in minor units; None where it is not stated.

    Raises:
        CurrencyMismatch: it is in another currency than the order.
        TaxExceedsPaid: it is more than what is paid for the line.
    """
    if draft.tax is None:
        return None
    tax = policy.in_currency(draft.tax, currency, f"{at}/tax")
    if tax > paid_minor:
        raise TaxExceedsPaid(pointer=f"{at}/tax", tax_minor=tax, paid_minor=paid_minor, currency=currency)
    return tax


def line_discounts(draft: LineDraft, currency: str, at: str) -> list[dict[str, Any]] | None:  # Any: a JSON document
    """What a line's discount is made of, as it is stored; None where it is not stated.

    Raises:
        CurrencyMismatch: an amount is in another currency than the order.
        DiscountRepeated: a kind of one funder is named twice.
        DiscountsDoNotAddUp: their sum is not the discount of the line.
    """
    if draft.discounts is None:
        return None
    parts: dict[tuple[str, str], int] = {}
    for number, each in enumerate(draft.discounts):
        place = f"{at}/discounts/{number}"
        if (each.kind, each.funder) in parts:
            raise DiscountRepeated(pointer=place, kind_of_discount=each.kind, funder=each.funder)
        parts[each.kind, each.funder] = policy.in_currency(each.amount, currency, f"{place}/amount")
    discount, stated = policy.in_currency(draft.discount, currency, f"{at}/discount"), sum(parts.values())
    if stated != discount:
        raise DiscountsDoNotAddUp(
            pointer=f"{at}/discounts", stated_minor=stated, discount_minor=discount, currency=currency
        )
    return [{"kind": kind, "funder": funder, "amount_minor": minor} for (kind, funder), minor in parts.items()]
