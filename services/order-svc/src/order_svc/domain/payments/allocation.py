"""From which payments of an order a refund is made (rule R9). Amounts are in minor units of the order's currency."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from order_svc.domain.model import Amount
from order_svc.domain.payments.codes import FailureCode
from order_svc.domain.payments.compensations import Compensation, in_place_of_refunds
from order_svc.domain.payments.limits import is_closed_by, refund_limit
from order_svc.domain.payments.model import Payment, PaymentState, Refund
from order_svc.domain.payments.policy import reserved_minor


@dataclass(frozen=True, slots=True)
class Room:
    """A payment, and what may still be refunded of it. `limit` is why its provider makes no refund of it any more; `declined`: it has
    declined one for good, as a payment of which nothing is refunded."""

    payment: Payment
    minor: int
    limit: FailureCode | None = None
    declined: bool = False


@dataclass(frozen=True, slots=True)
class Share:
    """What of a refund is made from one payment."""

    payment: Payment
    minor: int


def rooms_of(payments: Sequence[Payment], refunds: Iterable[Refund], at: datetime) -> list[Room]:
    """What is left of each payment at that time, beside its refunds that have succeeded or may still, and what was charged back; below 0
    where the provider has taken back what was refunded as well."""
    of_payment: dict[str, list[Refund]] = {each.id: [] for each in payments}
    for refund in refunds:
        of_payment[refund.payment_id].append(refund)
    return [_room(each, of_payment[each.id], at) for each in payments]


def _room(payment: Payment, refunds: Sequence[Refund], at: datetime) -> Room:
    declined = any(is_closed_by(payment.provider, each.failure_code) for each in refunds)
    left = payment.amount_minor - payment.charged_back_minor - reserved_minor(refunds)
    return Room(payment, left, refund_limit(payment, refunds, at), declined)


def refusal(
    asked: Amount, rooms: Sequence[Room], compensations: Iterable[Compensation], *, outside: bool = False
) -> FailureCode | None:
    """The failure code of a refund of this amount, None where it is permitted. What compensations have paid in the place of refunds is
    not refunded as well. The limits of the providers do not matter for one that is made outside them."""
    if any(room.payment.state is not PaymentState.SUCCEEDED for room in rooms):
        return FailureCode.PAYMENT_NOT_SUCCEEDED
    if any(room.payment.currency != asked.currency for room in rooms):
        return FailureCode.CURRENCY_MISMATCH
    beyond = asked.minor + in_place_of_refunds(compensations) - sum(room.minor for room in rooms)
    if beyond > 0:
        charged_back = sum(room.payment.charged_back_minor for room in rooms)
        return FailureCode.EXCEEDS_PAYMENT if beyond > charged_back else FailureCode.CHARGED_BACK
    limited = [room for room in rooms if room.limit is not None and not outside]
    if len(limited) == len(rooms) or asked.minor > _positive(room for room in rooms if room not in limited):
        return next((room.limit for room in newest_first(limited)), None)
    return None


def allocate(minor: int, rooms: Sequence[Room], chosen: Sequence[str] = (), *, outside: bool = False) -> list[Share]:
    """The payments that a refund of this amount is made from, one share each: those that are chosen, in their order, then the newest.

    Payments of which the provider refunds nothing come last, or where the refund is made outside the providers, first: that leaves
    the others to refunds through them. `refusal` permits the amount, and a refund of nothing is made from one payment, too.
    """
    shares, left = [], minor
    for room in _ordered(rooms, chosen, outside=outside):
        taken = min(room.minor, left)
        if taken > 0 or minor == 0:
            shares.append(Share(room.payment, taken))
            left -= taken
        if left == 0:
            return shares
    raise ValueError("the payments have less left than is refunded")


def _ordered(rooms: Sequence[Room], chosen: Sequence[str], *, outside: bool) -> list[Room]:
    usable = newest_first(rooms) if outside else [room for room in newest_first(rooms) if room.limit is None]
    by_choice = {id_: number for number, id_ in reversed(list(enumerate(chosen)))}
    usable.sort(key=lambda room: by_choice.get(room.payment.id, len(chosen)))
    return sorted(usable, key=lambda room: (room.declined or room.limit is not None) is not outside)


def replacing(failed: Refund, rooms: Sequence[Room]) -> list[Share] | None:
    """The payments that a declined share is made from instead, newest first; None where they have less left than it needs."""
    others = [room for room in rooms if room.payment.id != failed.payment_id and not room.declined]
    open_minor = _positive(room for room in others if room.limit is None)
    return allocate(failed.amount_minor, others) if open_minor >= failed.amount_minor else None


def _positive(rooms: Iterable[Room]) -> int:
    return sum(max(0, room.minor) for room in rooms)


def newest_first(rooms: Iterable[Room]) -> list[Room]:
    """In the order in which refunds are made where nothing else is chosen; ids sort by the time."""
    return sorted(rooms, key=lambda room: room.payment.id, reverse=True)


Borne = list[dict[str, Any]]  # Any: JSON


def borne_by_share(borne: Borne | None, shares: Sequence[int]) -> list[Borne | None]:
    """Who bears each of the shares, of the one that bears all of them: what each bearer has is used up from the first share on."""
    if borne is None:
        return [None for _ in shares]
    left = [dict(each) for each in borne]
    return [_take(left, minor) for minor in shares]


def _take(left: Borne, minor: int) -> Borne:
    taken = []
    for each in left:
        part = min(each["amount_minor"], minor)
        if part > 0:
            taken.append({**each, "amount_minor": part})
            each["amount_minor"] -= part
            minor -= part
    return taken
