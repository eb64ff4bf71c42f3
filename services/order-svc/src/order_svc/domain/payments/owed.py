"""What buyers are still owed by refunds of no case that have failed. Amounts are in minor units of the order's currency."""

from collections.abc import Iterable
from datetime import datetime

from order_svc.domain.model import Order
from order_svc.domain.payments.allocation import rooms_of
from order_svc.domain.payments.compensations import Compensation, in_place_of_refunds
from order_svc.domain.payments.model import Payment, PaymentState, Refund
from order_svc.domain.payments.order_money import OrderMoney
from order_svc.domain.payments.policy import is_fulfilled, owed_by_cases, owed_by_failures, owed_for_lines


def owed_of_payment(payment: Payment, money: OrderMoney, at: datetime, kept_minor: int) -> int:
    """What may be given back of the payment for failed refunds of no case, one of which is its own: no more than is left of it, nor than
    guarantees have not paid, nor what the merchant keeps of the order."""
    if not owed_by_failures(money.refunds_of([payment])):
        return 0
    ours = money.beside(payment)
    return max(0, min(_owed(ours, at, 0 if payment.surplus else kept_minor), _left_of(payment, ours, at)))


def owed_of_order(money: OrderMoney, at: datetime, kept_minor: int) -> int:
    """What of the order is owed: by the payments that it has taken together, of which the merchant keeps some, and by each surplus payment."""
    made = [each for each in money.payments if each.state is PaymentState.SUCCEEDED]
    taken = next((money.beside(each) for each in made if not each.surplus), OrderMoney())
    surplus = (money.beside(each) for each in made if each.surplus)
    return _owed(taken, at, kept_minor) + sum(_owed(each, at) for each in surplus)


def owed_of_lines(payment: Payment, money: OrderMoney) -> int:
    """What refunds of cancelled units were to give back of the order and do not, one of which is of this payment."""
    return owed_for_lines(money.beside(payment).refunds) if owed_for_lines(money.refunds_of([payment])) else 0


def remainder_of(payment: Payment, order: Order, money: OrderMoney, at: datetime) -> int:
    """What of the payment may go back on the decision of an operator: all that is left, or of an order that is fulfilled, what is owed for
    cancelled units; no more than guarantees have not paid."""
    left = _left_of(payment, money.beside(payment), at)
    return max(0, min(left, owed_of_lines(payment, money)) if is_fulfilled(payment, order) else left)


def not_ours(refunds: Iterable[Refund], compensations: Iterable[Compensation]) -> int:
    """What of the order's payments guarantees have paid in the place of refunds, or cases have still to give back."""
    paid = list(compensations)
    return in_place_of_refunds(paid) + owed_by_cases(refunds, paid)


def _owed(ours: OrderMoney, at: datetime, kept_minor: int = 0) -> int:
    return owed_by_failures(ours.refunds, _left(ours, at), kept_minor)


def _left_of(payment: Payment, ours: OrderMoney, at: datetime) -> int:
    """No more than is left of the payment, nor of all of them."""
    [room] = (each for each in rooms_of(ours.payments, ours.refunds, at) if each.payment.id == payment.id)
    return min(room.minor, _left(ours, at))


def _left(ours: OrderMoney, at: datetime) -> int:
    left = sum(each.minor for each in rooms_of(ours.payments, ours.refunds, at))
    return left - not_ours(ours.refunds, ours.compensations)
