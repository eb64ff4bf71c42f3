"""Cancelling units of an order before they are shipped, with the refund of their part of what was paid."""

from collections.abc import Sequence
from dataclasses import replace

from aftercare_chassis.database.transaction import Transaction
from aftercare_events import CancelledLine, Event, OrderLinesCancelled
from aftercare_events.catalogue.orders import UnpackCause

from order_svc.commands import effects
from order_svc.commands.orders import cancellations, order_units, packing, stock
from order_svc.commands.payments import postings, refund_creation, refund_requests
from order_svc.commands.record import order_fields, refund_parts
from order_svc.domain import errors, line_cancellations
from order_svc.domain.fulfilment import Pick
from order_svc.domain.lifecycle import ORDER, OrderAction
from order_svc.domain.line_cancellations import CancelledUnits
from order_svc.domain.model import Amount, Order, OrderState
from order_svc.domain.order_guards import OrderFacts
from order_svc.domain.order_units import OrderUnits
from order_svc.domain.payments.allocation import Room
from order_svc.domain.payments.codes import FailureCode, OwnRefundCause
from order_svc.domain.sales.stock import StockReleaseCause
from order_svc.settings import Settings
from order_svc.tables.order_money import MONEY_OF_ORDERS
from order_svc.tables.orders import DROP_LINE, ORDER_LINES, ORDERS
from order_svc.tables.payments import TAKEN_PAYMENTS


async def cancel_lines(
    tx: Transaction[Settings], order_id: str, *, picks: Sequence[Pick], reason: str | None = None
) -> Order:
    """Cancel these units, and the gifts that came with a line of which nothing else is left.

    What is paid for them is refunded. Where nothing else of the order is left and nothing was shipped, the order is cancelled.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        IllegalTransition, ActionNotAllowed, PartlyPaid, PackedNeedsMerchant, NothingLeftToShip, AllUnitsHeld: see ORDER.
        UnknownLine, DuplicateLine, UnitsHeldByCase, QuantityExceedsShippable: see `line_cancellations.check`.
        AfterSaleOpen: it is everything, and a case or dispute about the order is open.
        PaymentInProgress: a payment of the whole order has been started.
        PriceAdjusted: see `line_cancellations.adjusting_cases`.
    """
    order = await tx.lock(ORDERS, order_id)
    units = await order_units.read(tx, order_id)
    facts = await facts_of(tx, order, units)
    changed = ORDER.apply(order, OrderAction.CANCEL_LINES, tx, facts)
    line_cancellations.check(units.lines, picks, units.case_lines)
    picks = line_cancellations.with_gifts(units.lines, picks)
    if line_cancellations.is_everything(units.lines, picks):
        return await cancellations.cancel_locked(tx, order, reason)
    if order.state is OrderState.CREATED:
        if facts.pending_payment is not None:
            raise errors.PaymentInProgress(payment_id=facts.pending_payment)
        return await _before_payment(tx, order, changed, units, picks, reason)
    if (refused := line_cancellations.adjusted(facts.adjusted_by)) is not None:
        raise refused
    return await _after_payment(tx, order, changed, units, picks, reason)


async def facts_of(tx: Transaction[Settings], order: Order, units: OrderUnits) -> OrderFacts:
    """What the guards of a cancellation judge of the locked order: its units and its money."""
    [money] = await tx.all(MONEY_OF_ORDERS, order_ids=[order.id])
    adjusted_by = line_cancellations.adjusting_cases(units.cases, units.case_lines, money.cases_paid)
    return OrderFacts(units.lines, pending_payment=money.pending, adjusted_by=adjusted_by)


async def _before_payment(
    tx: Transaction[Settings], before: Order, order: Order, units: OrderUnits, picks: Sequence[Pick], reason: str | None
) -> Order:
    by_id = {line.id: line for line in units.lines}
    gone = [line_cancellations.before_payment(by_id[pick.line_id], pick.quantity) for pick in picks]
    for each in gone:
        if each.line is None:
            await tx.execute(DROP_LINE, line_id=each.line_id)
        else:
            await tx.upsert(ORDER_LINES, each.line)
    order = replace(order, total_minor=order.total_minor - sum(each.amount_minor for each in gone))
    units_gone = [(by_id[pick.line_id], pick.quantity) for pick in picks]
    released = await stock.release(tx, order, units_gone, StockReleaseCause.WITHDRAWN)
    return await effects.enter(tx, before, order, _event(tx, order, gone, reason), *released)


async def _after_payment(
    tx: Transaction[Settings], before: Order, order: Order, units: OrderUnits, picks: Sequence[Pick], reason: str | None
) -> Order:
    by_id = {line.id: line for line in units.lines}
    gone = [
        line_cancellations.after_payment(
            line,
            pick.quantity,
            line_cancellations.taken_units(units, line),
            line_cancellations.paid_units(units, line),
        )
        for pick in picks
        for line in [by_id[pick.line_id]]
    ]
    lines = by_id | {each.line_id: each.line for each in gone if each.line is not None}
    left = replace(units, lines=list(lines.values()))
    await order_units.save(tx, units, left)
    asked = sum(each.amount_minor for each in gone)
    shares = await refund_creation.shares_of(tx, order, asked)
    refund_ids = [tx.new_id("ref") for _ in shares]
    refused = await _charged_back(tx, order, asked - sum(share.minor for share in shares))
    refused_ids = [tx.new_id("ref") for _ in refused]
    events: list[Event] = [_event(tx, order, gone, reason, (*refund_ids, *refused_ids))]
    if before.is_packed:
        order = packing.without_packages(order)
        events.insert(0, packing.unpacked_event(tx, order, UnpackCause.LINES_CANCELLED))
    saved = await effects.enter(tx, before, order, *events)
    returned = postings.returned_in(refund_parts(gone))
    await refund_creation.refund_shares(tx, shares, refund_ids, OwnRefundCause.LINES_CANCELLED, returned)
    for share, refund_id in zip(refused, refused_ids, strict=True):
        await _refuse(tx, saved, share, refund_id)
    return await effects.advance(tx, await stock.release_withdrawn(tx, saved, units, left), left)


async def _charged_back(tx: Transaction[Settings], order: Order, minor: int) -> list[Room]:
    """What of this much is charged back, by payment, newest first."""
    shares = list[Room]()
    for payment in reversed(await tx.all(TAKEN_PAYMENTS, order_id=order.id)):
        part = min(minor, payment.charged_back_minor)
        if part > 0:
            shares.append(Room(payment, part))
            minor -= part
    return shares


async def _refuse(tx: Transaction[Settings], order: Order, share: Room, refund_id: str) -> None:
    """Record as a refund that has failed what is charged back: it is owed where the merchant wins that."""
    asked = Amount(share.minor, order.currency)
    refund = refund_creation.new_refund(tx, share.payment, asked, OwnRefundCause.LINES_CANCELLED, refund_id=refund_id)
    await refund_requests.refuse(tx, order, share.payment, refund, FailureCode.CHARGED_BACK)


def _event(
    tx: Transaction[Settings],
    order: Order,
    gone: Sequence[CancelledUnits],
    reason: str | None,
    refund_ids: tuple[str, ...] = (),
) -> OrderLinesCancelled:
    lines = (
        CancelledLine(
            line_id=each.line_id, quantity=each.quantity, amount_minor=each.amount_minor, tax_minor=each.tax_minor
        )
        for each in gone
    )
    return OrderLinesCancelled(
        **order_fields(tx, order),
        cause=cancellations.cause_of(tx),
        reason=reason,
        lines=tuple(lines),
        currency=order.currency,
        amount_minor=sum(each.amount_minor for each in gone),
        total_minor=order.total_minor,
        refund_ids=refund_ids,
    )
