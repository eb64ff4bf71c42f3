"""Payments that are authorised first: captured by the merchant, in full or in part, or released."""

from dataclasses import replace

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.lifecycle import SystemContext
from aftercare_events import PaymentAuthorised, PaymentCaptureRequested, PaymentReleaseRequested

from order_svc.commands import effects
from order_svc.commands.deadlines import order_timer
from order_svc.commands.payments import payment_locks, time_to_pay
from order_svc.commands.record import payment_fields
from order_svc.domain.errors import CurrencyMismatch
from order_svc.domain.lifecycle import OrderAction
from order_svc.domain.model import Amount, Order
from order_svc.domain.payments.codes import AuthorisationEndCause
from order_svc.domain.payments.errors import AmountExceedsAuthorised
from order_svc.domain.payments.lifecycle import PAYMENT, PaymentAction
from order_svc.domain.payments.limits import authorised_until
from order_svc.domain.payments.model import Payment, PaymentState
from order_svc.domain.payments.plans import takes
from order_svc.integrations.payments.port import ProviderResult
from order_svc.settings import Settings


async def capture(tx: Transaction[Settings], payment_id: str, *, amount: Amount | None = None) -> Payment:
    """Have the provider take this amount of an authorised payment, or all that the order needs of it. The rest is released.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed: see PAYMENT.
        CurrencyMismatch: it is asked for in another currency.
        AmountExceedsAuthorised: it is of nothing, or of more than what is authorised or left to pay of the order.
    """
    order, payment = await payment_locks.lock(tx, payment_id)
    capturing = PAYMENT.apply(payment, PaymentAction.CAPTURE, tx)
    most = min(payment.asked_minor, order.total_minor - order.paid_minor)
    asked = Amount(most, payment.currency) if amount is None else amount
    if asked.currency != payment.currency:
        raise CurrencyMismatch(pointer="/amount/currency", currency=payment.currency)
    if not 0 < asked.minor <= most:
        raise AmountExceedsAuthorised(
            pointer="/amount", amount_minor=asked.minor, most_minor=most, currency=payment.currency
        )
    capturing = replace(capturing, amount_minor=asked.minor)
    event = PaymentCaptureRequested(**payment_fields(tx, capturing), authorised_minor=capturing.asked_minor)
    return await effects.enter_payment(tx, order, capturing, event)


async def authorise(tx: Transaction[Settings], order: Order, payment: Payment, result: ProviderResult) -> Payment:
    """The provider holds the amount of the locked payment of the locked order. What it holds of a payment that was given up is released.

    Raises:
        IllegalTransition: the payment is neither pending nor failed.
    """
    held = replace(
        PAYMENT.apply(payment, PaymentAction.AUTHORISE, SystemContext.of(tx)),
        authorised_until=authorised_until(payment.provider, tx.now),
        provider_reference=result.reference or payment.provider_reference,
        settled_at=None,
        failure_code=None,
        checkout=None,
    )
    if held.state is PaymentState.RELEASING:
        return await effects.enter_payment(tx, order, held, _release_event(tx, held))
    event = PaymentAuthorised(**payment_fields(tx, held), authorised_until=held.authorised_until)
    return await effects.enter_payment(tx, order, held, event)


async def void(tx: Transaction[Settings], order: Order, payment: Payment) -> Payment:
    """A party gives the locked authorised payment of the locked order up.

    Raises:
        IllegalTransition, ActionNotAllowed: see PAYMENT.
    """
    releasing = PAYMENT.apply(payment, PaymentAction.VOID, tx)
    return await effects.enter_payment(tx, order, releasing, _release_event(tx, releasing))


async def review(tx: Transaction[Settings], order: Order, payment: Payment) -> Payment:
    """Release the locked authorised payment where its time is over or the locked order takes none; otherwise it is held on."""
    is_over = payment.authorised_until is not None and tx.now >= payment.authorised_until
    if takes(order, 1) and not is_over:
        await effects.hold(tx, order, payment)
        return payment
    releasing = PAYMENT.apply(payment, PaymentAction.RELEASE, SystemContext.of(tx))
    return await effects.enter_payment(tx, order, releasing, _release_event(tx, releasing))


@order_timer(OrderAction.AWAIT_PAYMENT)
async def lapse(tx: Transaction[Settings], order: Order) -> Order:
    """Nobody has captured in time what is authorised of the locked order, which waits for its payment again."""
    return await time_to_pay.start_again(tx, order, AuthorisationEndCause.AUTHORISATION_EXPIRED)


def _release_event(tx: Transaction[Settings], payment: Payment) -> PaymentReleaseRequested:
    return PaymentReleaseRequested(**payment_fields(tx, payment))
