"""What the payment providers take and give back, known before they are called. Amounts are in minor units."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from aftercare_chassis.refusals import Refusal

from order_svc.domain import errors
from order_svc.domain.model import Amount
from order_svc.domain.payments.codes import FailureCode
from order_svc.domain.payments.errors import AmountNotDivisible, AmountTooSmall
from order_svc.domain.payments.model import Payment, Refund, RefundState
from order_svc.domain.payments.notations import ISO_4217, STRIPE, STRIPE_LEAST, Notation


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderLimits:
    """The limits of one provider. None: it has none, or none that is documented.

    `currencies` are those that it takes, each with how it writes amounts of it; `most` is the largest amount in its own units, and `least` has
    the smallest payments in minor units, of those currencies for which it states one.
    """

    currencies: Mapping[str, Notation] | None = None
    most: int | None = None
    least: Mapping[str, int] = field(default_factory=dict)
    refund_days: int | None = None
    most_refunds: int | None = None
    authorised_days: int | None = None
    """How long it holds an authorised amount; None: it takes payments at once only."""
    pay_hours: int | None = None
    """How long the buyer can make a payment with what it has given for that, such as a QR code."""


_CNY = {"CNY": ISO_4217}
_ONE_FEN = {"CNY": 1}
LIMITS: Mapping[str, ProviderLimits] = {
    "simulator": ProviderLimits(authorised_days=7),
    "stripe": ProviderLimits(currencies=STRIPE, most=99_999_999, least=STRIPE_LEAST, authorised_days=7),
    "wechat_pay": ProviderLimits(currencies=_CNY, least=_ONE_FEN, refund_days=365, most_refunds=50, pay_hours=2),
    "alipay": ProviderLimits(
        currencies=_CNY, most=10_000_000_000, least=_ONE_FEN, refund_days=365, authorised_days=7, pay_hours=24 * 15
    ),
}
"""By the names of the providers; one that is not here has no limits. Sources and doubts: docs/payment-providers.md."""
_NONE = ProviderLimits()


_CLOSED: Mapping[str, frozenset[str]] = {
    "simulator": frozenset({"payment_closed"}),
    "external": frozenset({FailureCode.PAID_ELSEWHERE}),
    "stripe": frozenset(
        {
            "charge_already_refunded",
            "charge_disputed",
            "charge_for_pending_refund_disputed",
            "expired_or_canceled_card",
            "lost_or_stolen_card",
        }
    ),
    "wechat_pay": frozenset({"TRADE_OVERDUE", "USER_ACCOUNT_ABNORMAL"}),
    "alipay": frozenset({"ACQ.TRADE_HAS_FINISHED", "ACQ.TRADE_HAS_CLOSE", "ACQ.TRADE_NOT_ALLOW_REFUND"}),
}
"""The codes with which providers decline every refund of a payment, whatever its amount. Doubts: docs/payment-providers.md."""


_REACHED = frozenset({FailureCode.REFUND_PERIOD_OVER, FailureCode.TOO_MANY_REFUNDS})
"""Ours of limits that are reached for every later refund of the payment too."""


def is_closed_by(provider: str, failure_code: str | None) -> bool:
    """Whether a refund that failed with this code shows that the provider refunds nothing of its payment any more."""
    return failure_code in _REACHED or failure_code in _CLOSED.get(provider, frozenset())


def payment_refusal(provider: str, amount: Amount) -> Refusal | None:
    """Why the provider does not take a payment of this amount; None where it does."""
    limits = LIMITS.get(provider, _NONE)
    if limits.currencies is not None and amount.currency not in limits.currencies:
        return errors.CurrencyNotTaken(pointer="/provider", provider=provider, currency=amount.currency)
    if (refusal := indivisible(provider, amount, pointer="/provider")) is not None:
        return refusal
    if amount.minor < (least := limits.least.get(amount.currency, 0)):
        return AmountTooSmall(pointer="/provider", provider=provider, least_minor=least, currency=amount.currency)
    notation = _notation(provider, amount.currency)
    if limits.most is not None and notation.written(amount.minor) > limits.most:
        most = limits.most * notation.per // notation.times
        return errors.AmountNotTaken(pointer="/provider", provider=provider, most_minor=most, currency=amount.currency)
    return None


def _notation(provider: str, currency: str) -> Notation:
    return (LIMITS.get(provider, _NONE).currencies or {}).get(currency, ISO_4217)


def indivisible(provider: str, amount: Amount, pointer: str | None = None) -> Refusal | None:
    """Why the provider cannot write the amount, whichever way it goes; None where it can."""
    step = _notation(provider, amount.currency).step
    if amount.minor % step == 0:
        return None
    return AmountNotDivisible(pointer=pointer, provider=provider, step_minor=step, currency=amount.currency)


def authorised_until(provider: str, at: datetime) -> datetime | None:
    """Until when the provider holds what it authorises at that time; None where it takes payments at once only."""
    days = LIMITS.get(provider, _NONE).authorised_days
    return None if days is None else at + timedelta(days=days)


def payable_until(provider: str, at: datetime, due: datetime | None) -> datetime | None:
    """Until when a payment that is started at that time can be made: as long as the order waits for it, `due`, and the provider permits."""
    hours = LIMITS.get(provider, _NONE).pay_hours
    ends = [each for each in (due, None if hours is None else at + timedelta(hours=hours)) if each is not None]
    return min(ends, default=None)


def period_over(payment: Payment, at: datetime) -> Refusal | None:
    """Why the provider does not refund the payment at that time any more; None where it does."""
    days = LIMITS.get(payment.provider, _NONE).refund_days
    if days is None or payment.settled_at is None or at <= payment.settled_at + timedelta(days=days):
        return None
    return errors.RefundPeriodOver(provider=payment.provider, days=days)


def too_many(payment: Payment, refunds: Iterable[Refund]) -> Refusal | None:
    """Why the provider makes no further refund of the payment beside these; None where it does."""
    most = LIMITS.get(payment.provider, _NONE).most_refunds
    made = sum(each.outside is None and each.state is not RefundState.FAILED for each in refunds)
    return None if most is None or made < most else errors.TooManyRefunds(provider=payment.provider, most=most)


def refund_limit(payment: Payment, refunds: Iterable[Refund], at: datetime, minor: int = 0) -> FailureCode | None:
    """The failure code of a refund of this amount that is not submitted beside these, because the provider would not make it; None where it
    would."""
    refusal = period_over(payment, at) or too_many(payment, refunds)
    refusal = refusal or indivisible(payment.provider, Amount(minor, payment.currency))
    return None if refusal is None else FailureCode(refusal.code)
