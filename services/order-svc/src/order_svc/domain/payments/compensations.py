"""What guarantees and merchants have paid to the buyer of an order, outside its payments. Money is in minor units of `currency`."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Compensation:
    """What was paid by a claim: `source` is its kind, as its events have it.

    One with a `refund_id` has paid what this refund was to give back, so that the money cannot go back as a refund any more;
    every other one pays something else, such as the freight of a return, or refused goods that were lost.
    """

    id: str
    order_id: str
    case_id: str
    source: str
    refund_id: str | None = None
    amount_minor: int
    currency: str
    paid_at: datetime


def in_place_of_refunds(compensations: Iterable[Compensation]) -> int:
    """What compensations have paid of the order's money in the place of refunds, in minor units."""
    return sum(each.amount_minor for each in compensations if each.refund_id is not None)


def compensated(case_id: str | None, compensations: Iterable[Compensation]) -> int:
    """What of the money of this case was paid in the place of its refunds, in minor units."""
    return in_place_of_refunds(each for each in compensations if each.case_id == case_id)
