"""What buyers are still owed by refunds of no case that have failed. Amounts are in minor units of the order's currency."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from order_svc.domain.payments.allocation import rooms_of
from order_svc.domain.payments.compensations import Compensation, in_place_of_refunds
from order_svc.domain.payments.model import Payment, PaymentState, Refund
from order_svc.domain.payments.policy import owed_by_cases, owed_by_failures


def owed_of_payment(
    payment: Payment,
    payments: Sequence[Payment],
    refunds: Iterable[Refund],
    compensations: Iterable[Compensation],
    at: datetime,
    kept_minor: int,
) -> int:
    """What may be given back of the payment for these refunds, those of all payments that the order has taken, or of the surplus payment:
    no more than is left of it, nor than guarantees have not paid, nor what the merchant keeps of the order."""
    known = list(refunds)
    rooms = rooms_of(payments, known, at)
    [room] = (each for each in rooms if each.payment.id == payment.id)
    left = sum(each.minor for each in rooms)
    if not payment.surplus:
        left -= not_ours(known, compensations)
    return max(0, min(owed_by_failures(known, left, 0 if payment.surplus else kept_minor), room.minor))


def owed_of_order(
    payments: Iterable[Payment],
    refunds: Sequence[Refund],
    compensations: Iterable[Compensation],
    at: datetime,
    kept_minor: int,
) -> int:
    """What of the order is owed: by the payments that it has taken together, of which the merchant keeps some, and by each surplus payment."""
    paid = list(compensations)
    made = [each for each in payments if each.state is PaymentState.SUCCEEDED]
    taken = [each for each in made if not each.surplus]
    surplus = ([each] for each in made if each.surplus)
    return _owed(taken, refunds, not_ours(refunds, paid), at, kept_minor) + sum(
        _owed(each, refunds, 0, at) for each in surplus
    )


def not_ours(refunds: Iterable[Refund], compensations: Iterable[Compensation]) -> int:
    """What of the order's payments guarantees have paid in the place of refunds, or cases have still to give back."""
    paid = list(compensations)
    return in_place_of_refunds(paid) + owed_by_cases(refunds, paid)


def _owed(
    payments: Sequence[Payment], refunds: Sequence[Refund], not_ours_minor: int, at: datetime, kept_minor: int = 0
) -> int:
    ids = {each.id for each in payments}
    of_these = [each for each in refunds if each.payment_id in ids]
    left = sum(each.minor for each in rooms_of(payments, of_these, at)) - not_ours_minor
    return owed_by_failures(of_these, left, kept_minor)
