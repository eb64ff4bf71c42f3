"""Our copies of after-sale cases and disputes, by their events, and what these change for the order. All are idempotent."""

from dataclasses import replace

from aftercare_chassis.consumer.errors import Retry
from aftercare_chassis.database.transaction import Transaction
from aftercare_events import (
    AfterSaleCancelled,
    AfterSaleClosed,
    AfterSaleCompleted,
    AfterSaleRejected,
    AfterSaleRequested,
    AfterSaleResumed,
    CaseEvent,
    DisputeEvent,
    DisputeExecuted,
    DisputeOpened,
    DisputeWithdrawn,
)
from aftercare_events.catalogue.cases import GoodsOutcome

from order_svc.commands import after_sales, effects, holds
from order_svc.domain import fulfilment
from order_svc.domain.cases import Case, CaseLine, CaseState, DisputeState
from order_svc.domain.model import Order, OrderState
from order_svc.settings import Settings
from order_svc.tables.cases import CASE_LINES, CASES
from order_svc.tables.orders import ORDERS


async def register(tx: Transaction[Settings], event: AfterSaleRequested) -> None:
    """A case was opened about some units of an order: it holds those that have not left."""
    order = await tx.lock(ORDERS, event.order_id)
    if await tx.find(CASES, event.case_id) is not None:
        return
    case = Case(
        id=event.case_id,
        order_id=order.id,
        case_type=event.case_type,
        keeps_goods=event.goods_outcome == GoodsOutcome.KEEP,
        state=CaseState.OPEN,
    )
    await tx.insert(CASES, case)
    units = (
        CaseLine(case_id=case.id, line_id=line.line_id, order_id=order.id, quantity=line.quantity)
        for line in event.lines
    )
    await tx.insert(CASE_LINES, *units)
    if order.state is not OrderState.CANCELLED:
        await holds.hold(tx, case)
    await after_sales.refresh(tx, order)


async def reject(tx: Transaction[Settings], event: AfterSaleRejected) -> None:
    """The request was refused: its units may be shipped."""
    _, case = await _locked(tx, event)
    await holds.release(tx, case)


async def resume(tx: Transaction[Settings], event: AfterSaleResumed) -> None:
    """The case goes on after a dispute: unless as refused, it holds again its units that have not left meanwhile."""
    _, case = await _locked(tx, event)
    if case.state is CaseState.OPEN and not event.is_rejected:
        await holds.hold(tx, case)


async def complete(tx: Transaction[Settings], event: AfterSaleCompleted) -> None:
    """The case ended with its purpose; the event names the units that came back or were refunded."""
    order, case = await _locked(tx, event)
    refunded = {line.line_id: line.quantity for line in event.lines}
    done = replace(case, state=CaseState.DONE)
    await tx.upsert(CASES, done)
    await holds.release(tx, done)
    await holds.change(tx, done, lambda line, unit: (line, fulfilment.with_refunded(unit, refunded.get(line.id, 0))))
    await effects.advance(tx, await after_sales.refresh(tx, order))


async def end(tx: Transaction[Settings], event: AfterSaleClosed | AfterSaleCancelled) -> None:
    """The case was closed or cancelled: the units that it held may be shipped."""
    order, case = await _locked(tx, event)
    ended = replace(case, state=CaseState.ENDED)
    await tx.upsert(CASES, ended)
    await holds.release(tx, ended)
    await after_sales.refresh(tx, order)


async def open_dispute(tx: Transaction[Settings], event: DisputeOpened) -> None:
    """A dispute stopped the case."""
    await _set_dispute(tx, event, DisputeState.OPEN)


async def execute_dispute(tx: Transaction[Settings], event: DisputeExecuted) -> None:
    """The verdict of the dispute was carried out."""
    await _set_dispute(tx, event, DisputeState.EXECUTED)


async def withdraw_dispute(tx: Transaction[Settings], event: DisputeWithdrawn) -> None:
    """The complaint was withdrawn; the case goes on as it was."""
    await _set_dispute(tx, event, DisputeState.WITHDRAWN)


async def _set_dispute(
    tx: Transaction[Settings], event: DisputeOpened | DisputeExecuted | DisputeWithdrawn, state: DisputeState
) -> None:
    order, case = await _locked(tx, event)
    if state is not DisputeState.OPEN and case.dispute_id != event.dispute_id:
        return  # a later dispute about the same case has been opened meanwhile
    await tx.upsert(CASES, replace(case, dispute_id=event.dispute_id, dispute_state=state))
    await after_sales.refresh(tx, order)


async def _locked(tx: Transaction[Settings], event: CaseEvent | DisputeEvent) -> tuple[Order, Case]:
    """The locked order and our copy of the case.

    Raises:
        Retry: the request of the case has not been handled yet; cases and disputes come on two topics.
    """
    order = await tx.lock(ORDERS, event.order_id)
    case = await copy_of(tx, event)
    if case is None:
        raise Retry(awaits=event.case_id)
    return order, case


async def copy_of(tx: Transaction[Settings], event: CaseEvent | DisputeEvent) -> Case | None:
    """Our copy of the event's case, completed where a build before revision 0009 made it; None where there is none."""
    case = await tx.find(CASES, event.case_id)
    if case is not None and case.keeps_goods is None and isinstance(event, CaseEvent):
        case = replace(case, keeps_goods=event.goods_outcome == GoodsOutcome.KEEP)
        await tx.upsert(CASES, case)
    return case
