"""What buyers are still owed by refunds of no case that have failed. Amounts are in minor units of the order's currency."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from order_svc.domain.payments.allocation import rooms_of
from order_svc.domain.payments.compensations import Compensation, in_place_of_refunds
from order_svc.domain.payments.model import Payment, PaymentState, Refund
from order_svc.domain.payments.policy import owed_by_failures


def owed_of_payment(
    payment: Payment,
    payments: Sequence[Payment],
    refunds: Iterable[Refund],
    compensations: Iterable[Compensation],
    at: datetime,
) -> int:
    """What may be given back of the payment for these refunds, those of all payments that the order has taken, or of the surplus payment:
    no more than is left of it, nor than guarantees have not paid."""
    known = list(refunds)
    rooms = rooms_of(payments, known, at)
    [room] = (each for each in rooms if each.payment.id == payment.id)
    left = sum(each.minor for each in rooms)
    if not payment.surplus:
        left -= in_place_of_refunds(compensations)
    return max(0, min(owed_by_failures(known), room.minor, left))


def owed_of_order(
    payments: Iterable[Payment], refunds: Sequence[Refund], compensations: Iterable[Compensation], at: datetime
) -> int:
    """What of the order is owed: by the payments that it has taken together, and by each surplus payment."""
    made = [each for each in payments if each.state is PaymentState.SUCCEEDED]
    taken = [each for each in made if not each.surplus]
    surplus = ([each] for each in made if each.surplus)
    return _owed(taken, refunds, in_place_of_refunds(compensations), at) + sum(
        _owed(each, refunds, 0, at) for each in surplus
    )


def _owed(payments: Sequence[Payment], refunds: Sequence[Refund], compensated: int, at: datetime) -> int:
    ids = {each.id for each in payments}
    of_these = [each for each in refunds if each.payment_id in ids]
    left = sum(each.minor for each in rooms_of(payments, of_these, at)) - compensated
    return max(0, min(owed_by_failures(of_these), left))
