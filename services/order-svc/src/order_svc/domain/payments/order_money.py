"""The money of an order: its payments with their refunds, and what guarantees have paid to its buyer."""

from collections.abc import Sequence
from dataclasses import dataclass

from order_svc.domain.model import Order, OrderLine
from order_svc.domain.payments.compensations import Compensation
from order_svc.domain.payments.model import Payment, PaymentState, Refund, RefundState


@dataclass(frozen=True, slots=True)
class OrderMoney:
    """All payments of an order and all their refunds, oldest first, and what guarantees have paid beside them."""

    payments: Sequence[Payment] = ()
    refunds: Sequence[Refund] = ()
    compensations: Sequence[Compensation] = ()

    def beside(self, payment: Payment) -> "OrderMoney":
        """What refunds of this payment are judged by: the payments that the order has taken, or a surplus payment alone, for which no
        guarantee pays."""
        if payment.surplus:
            return OrderMoney([payment], self.refunds_of([payment]))
        taken = [each for each in self.payments if each.state is PaymentState.SUCCEEDED and not each.surplus]
        return OrderMoney(taken, self.refunds_of(taken), self.compensations)

    def refunds_of(self, payments: Sequence[Payment]) -> list[Refund]:
        """The refunds of these payments."""
        ids = {each.id for each in payments}
        return [each for each in self.refunds if each.payment_id in ids]

    def of_order(self, order_id: str) -> "OrderMoney":
        """That of one of several orders that were read together."""
        payments = [each for each in self.payments if each.order_id == order_id]
        paid = [each for each in self.compensations if each.order_id == order_id]
        return OrderMoney(payments, self.refunds_of(payments), paid)

    @property
    def pending(self) -> str | None:
        """The payment that has been started and may pay the order yet; None where there is none."""
        started = (PaymentState.PENDING, PaymentState.AUTHORISED, PaymentState.CAPTURING)
        return next((each.id for each in self.payments if each.state in started), None)

    @property
    def cases_paid(self) -> set[str]:
        """The cases of which refunds, or guarantees in their place, give money back."""
        by_refunds = {each.case_id for each in self.refunds if each.case_id and each.state is not RefundState.FAILED}
        return by_refunds | {each.case_id for each in self.compensations if each.refund_id is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderParts(OrderMoney):
    """The money of an order with its lines."""

    lines: Sequence[OrderLine]


@dataclass(frozen=True, slots=True, kw_only=True)
class PaidOrders(OrderMoney):
    """The money of several orders with these."""

    orders: Sequence[Order]
