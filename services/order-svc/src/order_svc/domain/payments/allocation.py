"""From which payments of an order a refund is made (rule R9). Amounts are in minor units of the order's currency."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from order_svc.domain.payments.model import Payment, Refund
from order_svc.domain.payments.policy import reserved_minor


@dataclass(frozen=True, slots=True)
class Room:
    """A payment, and what may still be refunded of it."""

    payment: Payment
    minor: int


def rooms_of(payments: Sequence[Payment], refunds: Iterable[Refund]) -> list[Room]:
    """What is left of each payment beside its refunds that have succeeded or may still, and what was charged back; below 0 where the
    provider has taken back what was refunded as well."""
    of_payment: dict[str, list[Refund]] = {each.id: [] for each in payments}
    for refund in refunds:
        of_payment[refund.payment_id].append(refund)
    return [
        Room(each, each.amount_minor - each.charged_back_minor - reserved_minor(of_payment[each.id]))
        for each in payments
    ]


def newest_first(rooms: Iterable[Room]) -> list[Room]:
    """In the order in which refunds are made where nothing else is chosen; ids sort by the time."""
    return sorted(rooms, key=lambda room: room.payment.id, reverse=True)
