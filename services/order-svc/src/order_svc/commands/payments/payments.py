"""Payments: started by the buyer, submitted by a worker, ended by the provider's result."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.lifecycle import SystemContext
from aftercare_events import PaymentFailed, PaymentStarted, PaymentSucceeded

from order_svc.commands import effects
from order_svc.commands.payments import authorisations, call_queue, payment_locks
from order_svc.commands.record import payment_fields
from order_svc.domain import errors
from order_svc.domain.lifecycle import ORDER, OrderAction
from order_svc.domain.model import Amount, Order
from order_svc.domain.payments.codes import FailureCode
from order_svc.domain.payments.errors import AuthorisationNotOffered, PayerNotTaken, PayerRequired
from order_svc.domain.payments.lifecycle import PAYMENT, PaymentAction
from order_svc.domain.payments.limits import payable_until, payment_refusal
from order_svc.domain.payments.model import CallSubject, Payment, PaymentState
from order_svc.domain.payments.plans import amount_to_pay, takes
from order_svc.domain.payments.policy import is_charged_again, release_reason
from order_svc.integrations.payments.port import Outcome, PaymentProvider, ProviderResult
from order_svc.settings import Settings
from order_svc.tables.orders import ORDERS
from order_svc.tables.payments import (
    DROP_CALL,
    GIVE_UP_CALL,
    HURRY_CALL,
    LIVE_PAYMENTS,
    PAYMENTS,
    PAYMENTS_OF_REFERENCE,
    SET_CHECKOUT,
)


async def start(
    tx: Transaction[Settings],
    order_id: str,
    *,
    provider: str | None,
    method: str,
    providers: Mapping[str, PaymentProvider],
    amount: Amount | None = None,
    manual_capture: bool = False,
    payer_id: str | None = None,
) -> Payment:
    """Pay an order, or this amount of it, through one of the connected providers: the one that is named, or else the one that takes
    the method. Without an amount it is all that is left, or what is left of the part of the payment plan that is next.

    What pending payments would pay is reserved: an amount is never paid twice. `manual_capture`: the amount is authorised only, and the
    order is paid by what the merchant captures of it. `payer_id` is the buyer's id at the provider, for a method that needs it.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed: see ORDER.
        UnknownProvider: no provider of this name is connected.
        UnknownMethod: the provider does not take the method, or no one does.
        CurrencyMismatch, PaymentInProgress, AmountExceedsLeft, TooManyPayments: see `plans.amount_to_pay`.
        CurrencyNotTaken, AmountNotDivisible, AmountNotTaken, AmountTooSmall: the provider takes no payment of this amount.
        AuthorisationNotOffered: the provider takes payments at once only.
        PayerRequired, PayerNotTaken: the method needs the buyer's id at the provider, or does not.
    """
    order = await tx.lock(ORDERS, order_id)
    ORDER.apply(order, OrderAction.PAY, tx)
    provider = _provider(provider, method, providers)
    _require_payer(method, payer_id, is_needed=method in providers[provider].payer_methods)
    minor = amount_to_pay(order, await tx.all(LIVE_PAYMENTS, order_id=order_id), amount)
    if (refusal := payment_refusal(provider, Amount(minor, order.currency))) is not None:
        raise refusal
    if manual_capture and not providers[provider].authorises:
        raise AuthorisationNotOffered(pointer="/capture", provider=provider)
    payment = _pending(tx, order, provider, method, minor)
    if manual_capture:
        payment = replace(payment, authorised_minor=minor)
    payment = await tx.create(PAYMENTS, payment, PaymentStarted(**payment_fields(tx, payment)))
    if payment.amount_minor == 0:  # no provider takes a payment of nothing
        return await _succeed(tx, order, payment, ProviderResult(outcome=Outcome.SUCCEEDED))
    await call_queue.submit(tx, CallSubject.PAYMENT, payment.id, payer_id=payer_id)
    return payment


def _provider(named: str | None, method: str, providers: Mapping[str, PaymentProvider]) -> str:
    if named is not None and named not in providers:
        raise errors.UnknownProvider(pointer="/provider", provider=named)
    for name, provider in providers.items():
        if named in (None, name) and provider.takes(method):
            return name
    raise errors.UnknownMethod(pointer="/payment_method", method=method, known=", ".join(providers))


def _require_payer(method: str, payer_id: str | None, *, is_needed: bool) -> None:
    if is_needed and payer_id is None:
        raise PayerRequired(pointer="/payer_id", method=method)
    if payer_id is not None and not is_needed:
        raise PayerNotTaken(pointer="/payer_id", method=method)


def _pending(tx: Transaction[Settings], order: Order, provider: str, method: str, minor: int) -> Payment:
    payment = Payment(
        id=tx.new_id("pay"),
        version=0,
        order_id=order.id,
        buyer_id=order.buyer_id,
        merchant_id=order.merchant_id,
        provider=provider,
        method=method,
        state=PAYMENT.initial,
        amount_minor=minor,
        currency=order.currency,
        refunded_minor=0,
        created_at=tx.now,
        expires_at=payable_until(provider, tx.now, order.deadline_at),
    )
    return PAYMENT.start(payment, tx)


async def void(tx: Transaction[Settings], payment_id: str) -> Payment:
    """Have a payment that the buyer has not made, or that is authorised, closed at its provider: the order can be paid in another way.

    It stays pending until the provider reports what has become of it, which may be that it was made.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed: see PAYMENT.
    """
    order, payment = await payment_locks.lock(tx, payment_id)
    if payment.state is PaymentState.AUTHORISED:
        return await authorisations.void(tx, order, payment)
    payment = PAYMENT.apply(payment, PaymentAction.VOID, tx)
    # Where the buyer can pay already, the provider has answered: no call is on its way that a second one might overtake.
    wait = timedelta(0) if payment.checkout is not None else call_queue.LEASE
    await tx.execute(GIVE_UP_CALL, call_id=payment.id, next_at=tx.now + wait)
    tx.wake(call_queue.WORKER)
    return payment


async def apply_result(tx: Transaction[Settings], payment_id: str, *, result: ProviderResult) -> PaymentState:
    """Apply what the provider reports of a payment, in a response or a callback; a repeated report changes nothing. A report that the buyer
    has paid under another number of the provider is of a second charge, which is given back.

    Raises:
        NotFound: there is no such payment.
    """
    order, payment = await payment_locks.lock(tx, payment_id)
    if result.outcome is Outcome.SUCCEEDED and payment.state is not PaymentState.SUCCEEDED:
        return (await _succeed(tx, order, payment, result)).state
    if result.outcome is Outcome.SUCCEEDED and is_charged_again(payment, result.reference):
        await _charged_again(tx, order, payment, result)
    if result.outcome is Outcome.AUTHORISED and payment.state in (PaymentState.PENDING, PaymentState.FAILED):
        return (await authorisations.authorise(tx, order, payment, result)).state
    if result.outcome is Outcome.DECLINED and payment.state not in PAYMENT.ends:
        code = result.failure_code or FailureCode.DECLINED
        if payment.state is PaymentState.RELEASING:
            code = release_reason(payment, order, tx.now)
        return (await fail(tx, order, payment, code)).state
    if result.outcome is Outcome.PENDING and payment.state is PaymentState.PENDING:
        await _wait_for_buyer(tx, payment, result)
    return payment.state


async def _wait_for_buyer(tx: Transaction[Settings], payment: Payment, result: ProviderResult) -> None:
    """Keep what the buyer pays with. No event: it is for the buyer alone, and is dropped with the payment's result."""
    reference, checkout = result.reference or payment.provider_reference, result.checkout or payment.checkout
    if (reference, checkout) != (payment.provider_reference, payment.checkout):
        await tx.execute(SET_CHECKOUT, payment_id=payment.id, reference=reference, checkout=checkout)


async def _charged_again(tx: Transaction[Settings], order: Order, payment: Payment, result: ProviderResult) -> None:
    """The provider has charged the buyer a second time for the locked payment: a surplus payment, which is refunded, unless it is known."""
    known = await tx.all(PAYMENTS_OF_REFERENCE, provider=payment.provider, references=[result.reference])
    if any(each.order_id == order.id for each in known):
        return
    minor = payment.amount_minor if result.captured_minor is None else result.captured_minor
    again = _pending(tx, order, payment.provider, payment.method, minor)
    again = await tx.create(PAYMENTS, again, PaymentStarted(**payment_fields(tx, again)))
    await _succeed(tx, order, again, result, is_surplus=True)


async def _succeed(
    tx: Transaction[Settings], order: Order, payment: Payment, result: ProviderResult, *, is_surplus: bool = False
) -> Payment:
    captured = payment.amount_minor
    if payment.authorised_minor is not None and result.captured_minor is not None:
        captured = result.captured_minor
    paid = replace(
        PAYMENT.apply(payment, PaymentAction.SUCCEED, SystemContext.of(tx)),
        amount_minor=captured,
        settled_at=tx.now,
        provider_reference=result.reference or payment.provider_reference,
        failure_code=None,
        checkout=None,
        surplus=is_surplus or not takes(order, captured),
    )
    event = PaymentSucceeded(
        **payment_fields(tx, paid),
        provider_reference=paid.provider_reference,
        authorised_minor=paid.authorised_minor,
    )
    await tx.execute(DROP_CALL, call_id=payment.id)
    saved = await effects.enter_payment(tx, order, paid, event)
    if payment.state is PaymentState.FAILED:  # the order may need nothing any more of what is authorised meanwhile
        await tx.execute(HURRY_CALL, order_id=order.id, now=tx.now)
    return saved


async def fail(tx: Transaction[Settings], order: Order, payment: Payment, code: str) -> Payment:
    """The locked payment of the locked order was not made, for the reason with this code; the order can be paid again.

    Raises:
        IllegalTransition: the payment has ended.
    """
    failed = PAYMENT.apply(payment, PaymentAction.FAIL, SystemContext.of(tx))
    failed = replace(failed, settled_at=tx.now, failure_code=code, checkout=None)
    await tx.execute(DROP_CALL, call_id=payment.id)
    event = PaymentFailed(**payment_fields(tx, failed), failure_code=code)
    return await effects.enter_payment(tx, order, failed, event)
