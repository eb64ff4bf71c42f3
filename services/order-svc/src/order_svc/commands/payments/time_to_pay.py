"""The time to pay an order: it stops while authorised payments hold what the order needs, and starts again where they do not any more."""

from dataclasses import replace
from datetime import datetime

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.lifecycle import SystemContext
from aftercare_events import OrderAuthorisationEnded, OrderAuthorised

from order_svc.commands.record import order_fields
from order_svc.domain.lifecycle import ORDER, OrderAction
from order_svc.domain.model import Order
from order_svc.domain.payments.codes import AuthorisationEndCause
from order_svc.domain.payments.plans import PlanHours, authorised_until, payable_again_until
from order_svc.settings import Settings
from order_svc.tables.orders import ORDERS
from order_svc.tables.payments import LIVE_PAYMENTS


async def follow(tx: Transaction[Settings], order: Order, cause: AuthorisationEndCause) -> Order:
    """The locked order after the state of an authorised payment of it has changed: saved with its event where that stops its time to pay,
    or starts it again for this cause."""
    if not order.awaits_payment:
        return order
    held = await _held_until(tx, order)
    if held == order.authorised_until:
        return order
    if held is None:
        return await start_again(tx, order, cause)
    stopped = _stopped(tx, order, held)
    event = OrderAuthorised(**order_fields(tx, stopped), deadline_at=stopped.deadline_at)
    return await tx.save(ORDERS, stopped, event)


async def start_again(tx: Transaction[Settings], order: Order, cause: AuthorisationEndCause) -> Order:
    """The locked order waits for its payment again: what it needs is not authorised any more."""
    started = _started(tx, order, cause)
    event = OrderAuthorisationEnded(**order_fields(tx, started), cause=cause, deadline_at=started.deadline_at)
    return await tx.save(ORDERS, started, event)


async def after_part(tx: Transaction[Settings], order: Order) -> Order:
    """The locked order, of which a part was paid now, with the time for what it needs next. It is not saved."""
    held = await _held_until(tx, order)
    if held is not None:
        return _stopped(tx, order, held)
    if order.authorised_until is not None:
        return _started(tx, order, AuthorisationEndCause.CAPTURED_IN_PART)
    return order


async def _held_until(tx: Transaction[Settings], order: Order) -> datetime | None:
    return authorised_until(order, await tx.all(LIVE_PAYMENTS, order_id=order.id), tx.now)


def _stopped(tx: Transaction[Settings], order: Order, until: datetime) -> Order:
    by_system = SystemContext.of(tx)
    held = ORDER.apply(replace(order, authorised_until=until), OrderAction.MARK_AUTHORISED, by_system)
    return ORDER.enter_again(held, by_system)


def _started(tx: Transaction[Settings], order: Order, cause: AuthorisationEndCause) -> Order:
    waiting = ORDER.apply(replace(order, authorised_until=None), OrderAction.AWAIT_PAYMENT, SystemContext.of(tx))
    settings = tx.settings
    hours = PlanHours(settings.payment_hours, settings.longest_payment_hours, settings.longest_plan_hours)
    by_buyer = cause is AuthorisationEndCause.VOIDED and tx.actor.role == "buyer"
    return replace(waiting, deadline_at=payable_again_until(order, tx.now, hours, by_buyer=by_buyer))
