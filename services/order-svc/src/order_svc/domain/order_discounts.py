"""Discounts of a whole order: each line has a share of each, as if it had been stated with the line.

A discount is split by what the lines cost after those before it, to the minor unit by the method of largest remainders; of equal
remainders the earlier line comes first. So a line that costs nothing, such as a gift, has no share, and no line costs less than nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from order_svc.domain import breakdown, policy
from order_svc.domain.errors import DiscountExceedsOrder, DiscountRepeated, ThresholdNotReached
from order_svc.domain.model import Amount, DiscountDraft, DiscountFunder, DiscountKind, LineDraft, OrderLine

# Any: the discounts of a line are JSON documents.


def shared(drafts: Sequence[LineDraft], discounts: Sequence[DiscountDraft], currency: str) -> list[LineDraft]:
    """The lines with their shares of the discounts of the order, in the order in which these are stated.

    A share has the threshold of its discount, 0 where that has none. What a line takes off itself without stating what for is a promotion
    of the merchant.

    Raises:
        CurrencyMismatch, DiscountExceedsLine, DiscountsDoNotAddUp: see `policy.line_paid` and `breakdown.line_discounts`.
        DiscountRepeated: two have the same kind, funder and threshold, of the order or of a line.
        ThresholdNotReached: the lines cost less than a discount needs, before those of the order.
        DiscountExceedsOrder: the lines cost less than is taken off.
    """
    if not discounts:
        return list(drafts)
    left = [policy.line_paid(draft, currency, f"/lines/{place}") for place, draft in enumerate(drafts)]
    parts = [_own(draft, currency, f"/lines/{place}") for place, draft in enumerate(drafts)]
    value = sum(left) + sum(each.amount.minor for line in parts for each in line.values() if each.threshold)
    known = set[DiscountDraft]()
    for number, each in enumerate(discounts):
        at = f"/discounts/{number}"
        discount = _checked(each, value, sum(left), currency, at)
        if (kind := replace(discount, amount=Amount(0, currency))) in known:
            raise DiscountRepeated(pointer=at, kind_of_discount=each.kind, funder=each.funder)
        known.add(kind)
        for place, minor in enumerate(shares(discount.amount.minor, left)):
            left[place] -= minor
            before = parts[place].get(kind)
            total = Amount(minor + (before.amount.minor if before else 0), currency)
            if minor:
                parts[place][kind] = replace(kind, amount=total)
    return [_with(draft, list(line.values()), currency) for draft, line in zip(drafts, parts, strict=True)]


def shares(minor: int, weights: Sequence[int]) -> list[int]:
    """An amount in proportion to the weights, which come to as much at least: the shares add up to it, and none is above its weight."""
    whole = sum(weights)
    if not whole:
        return [0] * len(weights)
    found = [minor * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda place: (-(minor * weights[place] % whole), place))
    for place in by_remainder[: minor - sum(found)]:
        found[place] += 1
    return found


def of_order(lines: Iterable[OrderLine]) -> list[Mapping[str, Any]]:
    """The discounts of the order as its lines have shares in them, as those of a line are stored."""
    found: dict[tuple[str, str, int], int] = {}
    for line in lines:
        for each in line.discounts or ():
            if "threshold_minor" in each:
                key = (each["kind"], each["funder"], each["threshold_minor"])
                found[key] = found.get(key, 0) + each["amount_minor"]
    return [
        {"kind": kind, "funder": funder, "threshold_minor": threshold, "amount_minor": minor}
        for (kind, funder, threshold), minor in found.items()
    ]


def _own(draft: LineDraft, currency: str, at: str) -> dict[DiscountDraft, DiscountDraft]:
    """What the line states itself, by what it is: the same without its amount."""
    breakdown.line_discounts(draft, currency, at)
    stated = draft.discounts
    if stated is None:
        own = draft.discount or Amount(0, currency)
        stated = [DiscountDraft(DiscountKind.PROMOTION, DiscountFunder.MERCHANT, own)] if own.minor else []
    return {replace(each, amount=Amount(0, currency)): each for each in stated}


def _checked(stated: DiscountDraft, value: int, left: int, currency: str, at: str) -> DiscountDraft:
    """The discount with a threshold; `left` is what the lines cost after those before it."""
    minor = policy.in_currency(stated.amount, currency, f"{at}/amount")
    threshold = policy.in_currency(stated.threshold, currency, f"{at}/threshold")
    if threshold > value:
        place = f"{at}/threshold"
        raise ThresholdNotReached(pointer=place, threshold_minor=threshold, value_minor=value, currency=currency)
    if minor > left:
        raise DiscountExceedsOrder(pointer=f"{at}/amount", discount_minor=minor, left_minor=left, currency=currency)
    return replace(stated, threshold=Amount(threshold, currency))


def _with(draft: LineDraft, parts: Sequence[DiscountDraft], currency: str) -> LineDraft:
    if not parts:
        return draft
    return replace(draft, discount=Amount(sum(each.amount.minor for each in parts), currency), discounts=parts)
