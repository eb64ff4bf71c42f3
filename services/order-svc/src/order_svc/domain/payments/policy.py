"""How much of a payment may be refunded."""

from collections.abc import Iterable

from order_svc.domain.model import Amount
from order_svc.domain.payments.codes import FailureCode
from order_svc.domain.payments.compensations import Compensation, in_place_of_refunds
from order_svc.domain.payments.model import Payment, PaymentState, Refund, RefundState


def refund_failure(
    payment: Payment, amount: Amount, refunds: Iterable[Refund], compensations: Iterable[Compensation] = ()
) -> FailureCode | None:
    """The failure code of a refund of this amount beside the given ones, or None where it is permitted. What compensations have
    paid in the place of refunds is not refunded as well, nor is what the provider has taken back.
    """
    if payment.state is not PaymentState.SUCCEEDED:
        return FailureCode.PAYMENT_NOT_SUCCEEDED
    if amount.currency != payment.currency:
        return FailureCode.CURRENCY_MISMATCH
    taken = reserved_minor(refunds) + in_place_of_refunds(compensations)
    if taken + amount.minor > payment.amount_minor:
        return FailureCode.EXCEEDS_PAYMENT
    return (
        FailureCode.CHARGED_BACK if taken + amount.minor + payment.charged_back_minor > payment.amount_minor else None
    )


def reserved_minor(refunds: Iterable[Refund]) -> int:
    """The sum of the refunds that have not failed, in minor units: it is refunded already or may still be."""
    return sum(refund.amount_minor for refund in refunds if refund.state is not RefundState.FAILED)
