"""Kinds of goods and gifts: which terms a line may state."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from order_svc.domain.model import LineDraft, LineFulfilment, OrderLine
from order_svc.domain.sales.errors import FulfilmentTermsMismatch, GiftNotFree, GiftUnfit, ShipsByNotAhead

FURTHEST_SHIPS_BY = timedelta(days=730)


def check_terms(draft: LineDraft, now: datetime, at: str) -> None:
    """Refuse a line whose times do not fit its kind of goods.

    Raises:
        FulfilmentTermsMismatch: pre-sale goods without `ships_by`, goods made to order without `production_days`, or either elsewhere.
        ShipsByNotAhead: the promised time has passed, or is more than FURTHEST_SHIPS_BY ahead.
    """
    terms = (
        ("ships_by", draft.ships_by, LineFulfilment.PRE_SALE),
        ("production_days", draft.production_days, LineFulfilment.MADE_TO_ORDER),
    )
    for field, value, kind in terms:
        if (value is not None) is not (draft.fulfilment is kind):
            raise FulfilmentTermsMismatch(pointer=f"{at}/{field}", field=field)
    if draft.ships_by is not None and not now < draft.ships_by <= now + FURTHEST_SHIPS_BY:
        raise ShipsByNotAhead(pointer=f"{at}/ships_by", days=FURTHEST_SHIPS_BY.days)


def with_gifts(lines: Sequence[OrderLine], drafts: Sequence[LineDraft], currency: str) -> list[OrderLine]:
    """The lines of an order, of which gifts name the line that they came with.

    Raises:
        GiftUnfit: that line is none of the others, or a gift itself.
        GiftNotFree: something is paid for the gift.
    """
    return [_with_gift(lines, drafts, number, currency) for number in range(len(lines))]


def _with_gift(lines: Sequence[OrderLine], drafts: Sequence[LineDraft], number: int, currency: str) -> OrderLine:
    line, other = lines[number], drafts[number].gift_of
    if other is None:
        return line
    if other == number or other >= len(lines) or drafts[other].gift_of is not None:
        raise GiftUnfit(pointer=f"/lines/{number}/gift_of")
    if line.paid_minor:
        raise GiftNotFree(pointer=f"/lines/{number}/gift_of", paid_minor=line.paid_minor, currency=currency)
    return replace(line, gift_of=lines[other].id)
