"""Charge-backs: what a provider reports of them, applied to the payment, under its lock and that of its order."""

from dataclasses import replace

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.lifecycle import SystemContext
from aftercare_events.catalogue.charge_backs import ChargeBackLost, ChargeBackReversed, PaymentChargedBack

from order_svc.commands import effects
from order_svc.commands.record import charge_back_fields
from order_svc.domain.model import Order
from order_svc.domain.payments.charge_backs import CHARGE_BACK, ChargeBack, ChargeBackAction, ChargeBackState
from order_svc.domain.payments.codes import CallbackMismatch
from order_svc.domain.payments.model import Payment, PaymentState
from order_svc.integrations.payments.port import ChargeBackNotification
from order_svc.settings import Settings
from order_svc.tables.charge_backs import CHARGE_BACKS_BY_REFERENCE, PAYMENT_OF_REFERENCE
from order_svc.tables.orders import ORDERS
from order_svc.tables.payments import PAYMENTS


async def report(tx: Transaction[Settings], provider: str, reported: ChargeBackNotification) -> CallbackMismatch | None:
    """Apply what the provider reports; how it differs from our books where it does, and is not applied.

    A report that was applied changes nothing, and one that is older than what is known does neither. One that ends a charge-back of
    which nothing is known opens it first.
    """
    known = await _payment(tx, provider, reported)
    if known is None:
        return CallbackMismatch.UNKNOWN_SUBJECT
    order = await tx.lock(ORDERS, known.order_id)  # before its payment, as in every command
    payment = await tx.lock(PAYMENTS, known.id)
    if payment.state is not PaymentState.SUCCEEDED:
        return CallbackMismatch.UNKNOWN_SUBJECT
    found = await tx.all(CHARGE_BACKS_BY_REFERENCE, provider=provider, references=[reported.reference])
    charge_back = next(iter(found), None)
    if charge_back is not None and charge_back.payment_id != payment.id:
        return CallbackMismatch.UNKNOWN_SUBJECT
    taken = reported.amount_minor if charge_back is None else charge_back.amount_minor
    room = payment.amount_minor - (payment.charged_back_minor if charge_back is None else 0)
    if (reported.currency, reported.amount_minor) != (payment.currency, taken) or taken > room:
        return CallbackMismatch.AMOUNT_MISMATCH
    if charge_back is None:
        payment, charge_back = await _open(tx, order, payment, reported)
    if reported.state is ChargeBackState.WON and charge_back.state is not ChargeBackState.WON:
        await _win(tx, order, payment, charge_back)
    elif reported.state is ChargeBackState.LOST and charge_back.state is ChargeBackState.OPEN:
        await _lose(tx, order, payment, charge_back)
    return None


async def _payment(tx: Transaction[Settings], provider: str, reported: ChargeBackNotification) -> Payment | None:
    if reported.payment_id is not None:
        found = await tx.find(PAYMENTS, reported.payment_id)
        return found if found is not None and found.provider == provider else None
    return await tx.one(PAYMENT_OF_REFERENCE, provider=provider, reference=reported.payment_reference)


async def _open(
    tx: Transaction[Settings], order: Order, payment: Payment, reported: ChargeBackNotification
) -> tuple[Payment, ChargeBack]:
    opened = ChargeBack(
        id=tx.new_id("cb"),
        payment_id=payment.id,
        order_id=payment.order_id,
        provider=payment.provider,
        reference=reported.reference,
        state=CHARGE_BACK.initial,
        amount_minor=reported.amount_minor,
        currency=reported.currency,
        reason=reported.reason,
        opened_at=tx.now,
    )
    opened = CHARGE_BACK.start(opened, tx)
    payment = replace(payment, charged_back_minor=payment.charged_back_minor + opened.amount_minor)
    event = PaymentChargedBack(**charge_back_fields(tx, payment, opened), reason=opened.reason)
    return await effects.enter_charge_back(tx, order, payment, opened, event), opened


async def _win(tx: Transaction[Settings], order: Order, payment: Payment, charge_back: ChargeBack) -> None:
    won = CHARGE_BACK.apply(charge_back, ChargeBackAction.WIN, SystemContext.of(tx))
    won = replace(won, ended_at=tx.now)
    payment = replace(payment, charged_back_minor=payment.charged_back_minor - won.amount_minor)
    event = ChargeBackReversed(**charge_back_fields(tx, payment, won))
    await effects.enter_charge_back(tx, order, payment, won, event)


async def _lose(tx: Transaction[Settings], order: Order, payment: Payment, charge_back: ChargeBack) -> None:
    lost = CHARGE_BACK.apply(charge_back, ChargeBackAction.LOSE, SystemContext.of(tx))
    lost = replace(lost, ended_at=tx.now)
    event = ChargeBackLost(**charge_back_fields(tx, payment, lost))
    await effects.enter_charge_back(tx, order, payment, lost, event)
