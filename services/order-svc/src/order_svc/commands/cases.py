"""What after-sale cases and disputes make of an order: our copy of them, and the order's own after-sale state."""

from dataclasses import replace

from aftercare_chassis.transaction import Transaction
from aftercare_chassis.trouble import Retry
from aftercare_events import (
    AfterSaleCancelled,
    AfterSaleClosed,
    AfterSaleCompleted,
    AfterSaleRequested,
    DisputeExecuted,
    DisputeOpened,
    DisputeWithdrawn,
    LineAfterSale,
    OrderAfterSaleChanged,
)

from order_svc.commands import orders, receipts
from order_svc.domain import policy
from order_svc.domain.model import AfterSale, Case, CaseLine, CaseState, DisputeState, Line, Order, RefundState
from order_svc.tables.cases import CASE_LINES, CASE_LINES_OF, CASES, CASES_OF
from order_svc.tables.orders import LINES, LINES_OF, ORDERS
from order_svc.tables.payments import REFUNDS_OF_CASE


async def requested(tx: Transaction, event: AfterSaleRequested) -> None:
    """A case was opened about some units of an order."""
    order = await tx.lock(ORDERS, event.order_id)
    if await tx.find(CASES, event.case_id) is not None:
        return
    await tx.add(CASES, Case(id=event.case_id, order_id=order.id, case_type=event.case_type, state=CaseState.OPEN))
    units = (
        CaseLine(case_id=event.case_id, line_id=line.line_id, order_id=order.id, quantity=line.quantity)
        for line in event.lines
    )
    await tx.add(CASE_LINES, *units)
    await _refresh(tx, order)


async def completed(tx: Transaction, event: AfterSaleCompleted) -> None:
    """The case ended with what it was for."""
    order, case = await _locked(tx, event.order_id, event.case_id)
    await tx.put(CASES, replace(case, state=CaseState.DONE))
    await _refresh(tx, order)


async def ended(tx: Transaction, event: AfterSaleClosed | AfterSaleCancelled) -> None:
    """The case ended without its purpose: units that it kept from being shipped can be shipped again."""
    order, case = await _locked(tx, event.order_id, event.case_id)
    await tx.put(CASES, replace(case, state=CaseState.ENDED))
    if all(refund.state is RefundState.FAILED for refund in await tx.all(REFUNDS_OF_CASE, case_id=case.id)):
        await _release(tx, order, case.id)
    await _refresh(tx, order)


async def disputed(tx: Transaction, event: DisputeOpened) -> None:
    """A dispute holds the case."""
    await _dispute(tx, event, DisputeState.OPEN)


async def dispute_executed(tx: Transaction, event: DisputeExecuted) -> None:
    """What the verdict said has been done."""
    await _dispute(tx, event, DisputeState.EXECUTED)


async def dispute_withdrawn(tx: Transaction, event: DisputeWithdrawn) -> None:
    """The complaint was taken back; the case goes on as it was."""
    await _dispute(tx, event, DisputeState.WITHDRAWN)


async def _dispute(
    tx: Transaction, event: DisputeOpened | DisputeExecuted | DisputeWithdrawn, to: DisputeState
) -> None:
    order, case = await _locked(tx, event.order_id, event.case_id)
    if to is not DisputeState.OPEN and case.dispute_id != event.dispute_id:
        return  # a later dispute about the same case has been opened meanwhile
    await tx.put(CASES, replace(case, dispute_id=event.dispute_id, dispute_state=to))
    await _refresh(tx, order)


async def _locked(tx: Transaction, order_id: str, case_id: str) -> tuple[Order, Case]:
    order = await tx.lock(ORDERS, order_id)
    case = await tx.find(CASES, case_id)
    if case is None:  # disputes and cases are told on two topics; the request may still be on its way
        raise Retry(awaits=case_id)
    return order, case


async def _release(tx: Transaction, order: Order, case_id: str) -> None:
    lines = {line.id: line for line in await tx.all(LINES_OF, order_id=order.id)}
    for each in await tx.all(CASE_LINES_OF, order_id=order.id):
        if each.case_id == case_id and each.withdrawn_quantity:
            line = lines[each.line_id]
            await tx.put(LINES, replace(line, withdrawn_quantity=line.withdrawn_quantity - each.withdrawn_quantity))
            await tx.put(CASE_LINES, replace(each, withdrawn_quantity=0))


async def _refresh(tx: Transaction, order: Order) -> None:
    """Judge the locked order and its lines anew; say so when something moved."""
    cases, units = await tx.all(CASES_OF, order_id=order.id), await tx.all(CASE_LINES_OF, order_id=order.id)
    standings = policy.line_standings(cases, units)
    old = await tx.all(LINES_OF, order_id=order.id)
    lines = [replace(line, after_sale_state=standings.get(line.id, AfterSale.NONE)) for line in old]
    changed = [line for line, before in zip(lines, old, strict=True) if line != before]
    state = policy.heaviest(line.after_sale_state for line in lines)
    if not changed and state is order.after_sale_state:
        return
    for line in changed:
        await tx.put(LINES, line)
    moved = replace(order, after_sale_state=state)
    if moved.delivered_at is not None and moved.completed_at is None and moved.cancelled_at is None:
        moved = replace(moved, deadline_at=receipts.timer(tx, moved))
    await tx.save(ORDERS, moved, _told(tx, moved, lines))


def _told(tx: Transaction, order: Order, lines: list[Line]) -> OrderAfterSaleChanged:
    standing = tuple(LineAfterSale(line_id=line.id, after_sale_state=line.after_sale_state) for line in lines)
    facts = orders.about(tx, order) | {"result": order.after_sale_state.value}
    return OrderAfterSaleChanged(**facts, after_sale_state=order.after_sale_state, lines=standing)
