"""How much of a payment may be refunded."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from order_svc.domain.model import Amount, Order, OrderState
from order_svc.domain.payments.codes import FailureCode, OwnRefundCause
from order_svc.domain.payments.compensations import Compensation, compensated
from order_svc.domain.payments.model import Payment, PaymentState, Refund, RefundState


def reserved_minor(refunds: Iterable[Refund]) -> int:
    """The sum of the refunds that have not failed, in minor units: it is refunded already or may still be."""
    return sum(refund.amount_minor for refund in refunds if refund.state is not RefundState.FAILED)


def is_fulfilled(payment: Payment, order: Order) -> bool:
    """Whether the payment pays an order that is not cancelled."""
    return not payment.surplus and order.state is not OrderState.CANCELLED


def is_of_authorised(payment: Payment, reported: Amount, *, captured: bool) -> bool:
    """Whether an amount that a provider reports can be that of an authorised payment: what was authorised, or what was captured of it, which
    may have been done in the provider's own dashboard."""
    authorised = payment.asked_minor
    fits = 0 < reported.minor <= authorised if captured else reported.minor == authorised
    return fits and reported.currency == payment.currency


def is_charged_again(payment: Payment, reference: str | None) -> bool:
    """Whether the buyer has paid a payment that has succeeded once more, under this number of the provider. An authorised one has other numbers
    for its authorisation and its capture."""
    known = payment.provider_reference
    both_known = known is not None and reference is not None
    return (
        payment.state is PaymentState.SUCCEEDED
        and payment.authorised_minor is None
        and both_known
        and reference != known
    )


def give_up_reason(payment: Payment, order: Order, at: datetime, *, voided: bool) -> FailureCode | None:
    """Why a payment that has not ended is given up at that time: its order is cancelled, a party has voided it, or the buyer can make it no
    more. None where it is not."""
    if voided or order.state is OrderState.CANCELLED:
        return release_reason(payment, order, at)
    is_over = payment.state is PaymentState.PENDING and payment.expires_at is not None and at >= payment.expires_at
    return FailureCode.EXPIRED if is_over else None


def release_reason(payment: Payment, order: Order, at: datetime) -> FailureCode:
    """Why an authorised payment is given up at that time."""
    if order.state is OrderState.CANCELLED:
        return FailureCode.ORDER_CANCELLED
    is_over = payment.authorised_until is not None and at >= payment.authorised_until
    return FailureCode.AUTHORISATION_EXPIRED if is_over else FailureCode.VOIDED


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


def owed_by_cases(refunds: Iterable[Refund], compensations: Iterable[Compensation] = ()) -> int:
    """What refunds of cases had paid that came back, as far as their cases do not give it back by a later refund, nor a guarantee has paid it;
    in minor units."""
    of_cases = sorted((each for each in refunds if each.case_id is not None), key=lambda each: each.created_at)
    paid, owed = list(compensations), Counter[str | None]()
    for refund in of_cases:
        if refund.owed_by_case:
            owed[refund.case_id] += refund.amount_minor
        elif owed[refund.case_id]:
            owed[refund.case_id] = max(0, owed[refund.case_id] - _alive(refund))
    return sum(max(0, minor - compensated(case_id, paid)) for case_id, minor in owed.items())


_OWN = frozenset(OwnRefundCause) - {OwnRefundCause.OPERATOR}


def owed_by_failures(refunds: Iterable[Refund], left_minor: int | None = None, kept_minor: int = 0) -> int:
    """What refunds of no case that have failed were to give back, and what of cases that had ended came back after it was paid, as far as it
    is not back, nor on its way by another refund; in minor units. It is no more than what is left of the payments, without the deposit that
    the merchant keeps of it; None where that is not known.

    An operator's refund repeats one that has failed, or gives back what no other was to, which may be that deposit.
    """
    known = list(refunds)
    owed, repeated = _owed_of_ours(known), _owed_of_operators(known)
    if left_minor is not None:
        owed, repeated = min(owed, left_minor - kept_minor), min(repeated, left_minor)
    return max(owed, repeated, 0)


def _owed_of_ours(known: Iterable[Refund]) -> int:
    whole, back = dict[str, int](), 0
    for refund in known:
        if refund.cause in _OWN:
            key = refund.refund_id
            whole[key] = max(whole.get(key, 0), refund.whole_minor or refund.amount_minor)
        if refund.case_id is None:
            back += _alive(refund)
        elif refund.reversed_at is not None and not refund.owed_by_case:
            whole[refund.id] = refund.amount_minor
    return sum(whole.values()) - back


def _owed_of_operators(known: Sequence[Refund]) -> int:
    failed = (each for each in known if each.cause == OwnRefundCause.OPERATOR and each.state is RefundState.FAILED)
    return max((each.amount_minor - _made_since(each, known) for each in failed), default=0)


def _alive(refund: Refund) -> int:
    return 0 if refund.state is RefundState.FAILED else refund.amount_minor


def _made_since(failed: Refund, refunds: Iterable[Refund]) -> int:
    by_operators = (each for each in refunds if each.cause == OwnRefundCause.OPERATOR)
    return sum(_alive(each) for each in by_operators if each.created_at >= failed.created_at)
