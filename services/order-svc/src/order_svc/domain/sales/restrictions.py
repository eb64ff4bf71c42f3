"""Restrictions of buyers, merchants and articles: our copy of what aftersale-svc has imposed, and what it does to a new order."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from order_svc.domain.sales.errors import OrderingRestricted


class SanctionSubjectType(StrEnum):
    """What a sanction restricts."""

    BUYER = "buyer"
    MERCHANT = "merchant"
    SKU = "sku"


class OrdersEffect(StrEnum):
    """What a sanction does to orders that are placed while it is in force."""

    REFUSE = "refuse"
    REVIEW = "review"


@dataclass(frozen=True, slots=True, kw_only=True)
class Restriction:
    """A sanction as far as it concerns orders. `subject_type` is None where the sanction does not state it: then `subject_id` is a buyer or a
    merchant. Of an article, `subject_id` is its merchant. `kind` and `reason` are codes of aftersale-svc."""

    id: str
    subject_type: SanctionSubjectType | None
    subject_id: str
    sku: str | None
    kind: str
    reason: str
    orders: OrdersEffect
    imposed_at: datetime
    expires_at: datetime | None = None
    lifted_at: datetime | None = None

    def in_force(self, now: datetime) -> bool:
        """Whether it is neither lifted nor expired."""
        return self.lifted_at is None and (self.expires_at is None or self.expires_at > now)


def reviewing(restrictions: Iterable[Restriction]) -> Restriction | None:
    """The restriction because of which a new order waits for a review, the oldest first; None where there is none.

    Raises:
        OrderingRestricted: one of those in force refuses the order.
    """
    found = sorted(restrictions, key=lambda each: (each.imposed_at, each.id))
    for each in found:
        if each.orders is OrdersEffect.REFUSE:
            raise OrderingRestricted(
                reason=each.reason, restriction_id=each.id, until=each.expires_at, subject=_subject(each)
            )
    return next(iter(found), None)


def _subject(restriction: Restriction) -> str:
    return "" if restriction.subject_type is None else restriction.subject_type.value
