"""What a verdict may order, and what it may award."""

from aftersale_svc.domain.cases.model import Case, RefundAmount
from aftersale_svc.domain.currencies import check_currency
from aftersale_svc.domain.disputes.errors import AmountExceedsPaid, AmountMissing, AmountWithoutRefund
from aftersale_svc.domain.disputes.model import GOES_ON, TakesEffect, Verdict
from aftersale_svc.domain.orders.errors import OrderWasCancelled
from aftersale_svc.domain.orders.model import Order, OrderState


def takes_effect_of(verdict: Verdict, usual: TakesEffect) -> TakesEffect:
    """When a verdict is executed: as it says, else as is `usual`. One by which the case goes on waits, since it can be appealed
    against before that only."""
    waits = verdict.remedy in GOES_ON
    return verdict.takes_effect or (TakesEffect.AFTER_APPEAL_WINDOW if waits else usual)


def check_no_amount(verdict: Verdict, currency: str) -> None:
    """Refuse an amount above zero, or in another currency than the order's, where no refund is ordered.

    Raises:
        AmountWithoutRefund, CurrencyForeign: it is one.
    """
    if verdict.amount_minor:
        raise AmountWithoutRefund(pointer="/amount")
    if verdict.currency is not None:
        check_currency(verdict.currency, currency, "/amount/currency")


def awarded(case: Case, order: Order, verdict: Verdict, most: RefundAmount) -> RefundAmount:
    """Return what a verdict that orders a refund gives back.

    What it orders beyond the share of the units is freight, and then discounts that were taken before, so that the shares of the lines stay
    exact.

    Raises:
        OrderWasCancelled: the money goes back with the order.
        AmountMissing, CurrencyForeign: the amount is not above zero, or in another currency.
        AmountExceedsPaid: it is more than `most`.
    """
    if order.state is OrderState.CANCELLED:
        raise OrderWasCancelled(order_id=order.id)
    if not verdict.amount_minor:
        raise AmountMissing(pointer="/amount")
    check_currency(verdict.currency, case.currency, "/amount/currency")
    if verdict.amount_minor > most.total_minor:
        raise AmountExceedsPaid(pointer="/amount/amount", left=most.total_minor, currency=case.currency)
    return most.upto(verdict.amount_minor)
