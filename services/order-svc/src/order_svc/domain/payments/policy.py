"""How much of a payment may be refunded."""

from collections import Counter
from collections.abc import Iterable

from order_svc.domain.model import Order, OrderState
from order_svc.domain.payments.codes import OwnRefundCause
from order_svc.domain.payments.model import Payment, Refund, RefundState


def reserved_minor(refunds: Iterable[Refund]) -> int:
    """The sum of the refunds that have not failed, in minor units: it is refunded already or may still be."""
    return sum(refund.amount_minor for refund in refunds if refund.state is not RefundState.FAILED)


def is_fulfilled(payment: Payment, order: Order) -> bool:
    """Whether the payment pays an order that is not cancelled."""
    return not payment.surplus and order.state is not OrderState.CANCELLED


def owed_for_lines(refunds: Iterable[Refund]) -> int:
    """What refunds of cancelled units were to give back and do not, less what operators have refunded instead, in minor units.

    A declined share that is made from another payment is not owed.
    """
    whole, back, by_operators = dict[str, int](), Counter[str](), 0
    for refund in refunds:
        minor = 0 if refund.state is RefundState.FAILED else refund.amount_minor
        if refund.cause == OwnRefundCause.LINES_CANCELLED:
            key = refund.refund_id
            whole[key] = max(whole.get(key, 0), refund.whole_minor or refund.amount_minor)
            back[key] += minor
        if refund.cause == OwnRefundCause.OPERATOR:
            by_operators += minor
    return max(sum(whole.values()) - back.total() - by_operators, 0)
