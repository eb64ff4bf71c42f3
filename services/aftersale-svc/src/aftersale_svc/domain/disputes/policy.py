"""Which complaints stop a case, and what a verdict may award."""

from datetime import datetime, timedelta

from aftersale_svc.domain.cases.codes import CloseCause, RefundCause
from aftersale_svc.domain.cases.model import Case, CaseState, Refund, RefundAmount
from aftersale_svc.domain.disputes.errors import AmountExceedsPaid, AmountMissing, AmountWithoutRefund, CurrencyForeign
from aftersale_svc.domain.disputes.model import Verdict
from aftersale_svc.domain.orders.errors import OrderWasCancelled
from aftersale_svc.domain.orders.model import Order, OrderState

# After a verdict, or with the order's money back, there is nothing left to dispute; every other closing may have been wrong.
_DISPUTABLE_CLOSINGS = frozenset(CloseCause) - {CloseCause.VERDICT, CloseCause.ORDER_CANCELLED}


def disputable(case: Case, order: Order, refund: Refund | None, now: datetime, window_hours: float) -> bool:
    """Whether a complaint may stop this case; `refund` is the one decided last.

    A case of a cancelled order cannot be stopped, since its money goes back with the order; nor one whose verdict is
    still to be executed; a closed one can within the window, unless there is nothing left to dispute.
    """
    if order.state is OrderState.CANCELLED:
        return False
    if case.state is not CaseState.CLOSED:
        return refund is None or refund.cause is not RefundCause.VERDICT
    return case.close_cause in _DISPUTABLE_CLOSINGS and now <= case.updated_at + timedelta(hours=window_hours)


def check_no_amount(verdict: Verdict) -> None:
    """Refuse an amount where no refund is ordered. Raises: AmountWithoutRefund."""
    if verdict.amount_minor:
        raise AmountWithoutRefund(pointer="/amount")


def awarded(case: Case, order: Order, verdict: Verdict, most: RefundAmount) -> RefundAmount:
    """Return what a verdict that orders a refund gives back.

    What it orders beyond the share of the units is freight, so that the shares of the lines stay exact.

    Raises:
        OrderWasCancelled: the money goes back with the order.
        AmountMissing, CurrencyForeign: the amount is not above zero, or in another currency.
        AmountExceedsPaid: it is more than `most`.
    """
    if order.state is OrderState.CANCELLED:
        raise OrderWasCancelled(order_id=order.id)
    if not verdict.amount_minor:
        raise AmountMissing(pointer="/amount")
    if verdict.currency != case.currency:
        raise CurrencyForeign(pointer="/amount/currency", currency=case.currency)
    if verdict.amount_minor > most.total_minor:
        raise AmountExceedsPaid(pointer="/amount/amount", left=most.total_minor, currency=case.currency)
    freight = max(0, verdict.amount_minor - most.units_minor)
    return RefundAmount(verdict.amount_minor - freight, freight)
