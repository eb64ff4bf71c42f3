"""What after-sale cases and disputes make of an order: our copy of them, and the order's own after-sale state."""

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
    DisputeExecuted,
    DisputeOpened,
    DisputeWithdrawn,
    LineAfterSale,
    OrderAfterSaleChanged,
)

from order_svc.commands import holds, orders, receipts
from order_svc.domain import fulfilment, policy
from order_svc.domain.model import AfterSale, Case, CaseLine, CaseState, DisputeState, Line, Order, OrderState
from order_svc.tables.cases import CASE_LINES, CASE_LINES_OF, CASES, CASES_OF
from order_svc.tables.orders import LINES, LINES_OF, ORDERS

# The one state of a case, in the words of aftersale-svc, in which the seller may go on with the sale.
REJECTED = "rejected"


async def requested(tx: Transaction, event: AfterSaleRequested) -> None:
    """A case was opened about some units of an order."""
    order = await tx.lock(ORDERS, event.order_id)
    if await tx.find(CASES, event.case_id) is not None:
        return
    case = Case(id=event.case_id, order_id=order.id, case_type=event.case_type, state=CaseState.OPEN)
    await tx.insert(CASES, case)
    units = (
        CaseLine(case_id=case.id, line_id=line.line_id, order_id=order.id, quantity=line.quantity)
        for line in event.lines
    )
    await tx.insert(CASE_LINES, *units)
    if order.state is not OrderState.CANCELLED:
        await holds.hold(tx, case)
    await _refresh(tx, order)


async def rejected(tx: Transaction, event: AfterSaleRejected) -> None:
    """The request was refused: the seller may perform the sale."""
    _, case = await _locked(tx, event.order_id, event.case_id)
    await holds.release(tx, case)


async def resumed(tx: Transaction, event: AfterSaleResumed) -> None:
    """A dispute let go of the case: unless it goes on as refused, it holds again what has not left meanwhile."""
    _, case = await _locked(tx, event.order_id, event.case_id)
    if case.state is CaseState.OPEN and event.state != REJECTED:
        await holds.hold(tx, case)


async def refund_asked(
    tx: Transaction, order: Order, case: Case, *, before_shipment: bool
) -> tuple[Order, list[CaseLine]]:
    """The case of the locked order asks for its money, even where it had ended; it holds what has not left."""
    if case.state is not CaseState.OPEN:
        await tx.upsert(CASES, replace(case, state=CaseState.OPEN))
        order = await _refresh(tx, order)
    return order, await holds.hold(tx, case, before_shipment=before_shipment)


async def completed(tx: Transaction, event: AfterSaleCompleted) -> None:
    """The case ended with what it was for; of goods that came back, its event names the units that were refunded."""
    order, case = await _locked(tx, event.order_id, event.case_id)
    refunded = {line.line_id: line.quantity for line in event.lines}
    done = replace(case, state=CaseState.DONE)
    await tx.upsert(CASES, done)
    await holds.release(tx, done)
    await holds.change(tx, done, lambda line, unit: (line, fulfilment.settled(unit, refunded.get(line.id, 0))))
    await receipts.settle(tx, await _refresh(tx, order))


async def ended(tx: Transaction, event: AfterSaleClosed | AfterSaleCancelled) -> None:
    """The case ended without its purpose: units that it kept from being shipped can be shipped again."""
    order, case = await _locked(tx, event.order_id, event.case_id)
    over = replace(case, state=CaseState.ENDED)
    await tx.upsert(CASES, over)
    await holds.release(tx, over)
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
    await tx.upsert(CASES, replace(case, dispute_id=event.dispute_id, dispute_state=to))
    await _refresh(tx, order)


async def _locked(tx: Transaction, order_id: str, case_id: str) -> tuple[Order, Case]:
    order = await tx.lock(ORDERS, order_id)
    case = await tx.find(CASES, case_id)
    if case is None:  # disputes and cases are told on two topics; the request may still be on its way
        raise Retry(awaits=case_id)
    return order, case


async def _refresh(tx: Transaction, order: Order) -> Order:
    """Judge the locked order and its lines anew; say so when something moved."""
    cases, units = await tx.all(CASES_OF, order_id=order.id), await tx.all(CASE_LINES_OF, order_id=order.id)
    standings = policy.line_standings(cases, units)
    old = await tx.all(LINES_OF, order_id=order.id)
    lines = [replace(line, after_sale_state=standings.get(line.id, AfterSale.NONE)) for line in old]
    changed = [line for line, before in zip(lines, old, strict=True) if line != before]
    state = policy.heaviest(line.after_sale_state for line in lines)
    if not changed and state is order.after_sale_state:
        return order
    for line in changed:
        await tx.upsert(LINES, line)
    moved = replace(order, after_sale_state=state)
    if moved.delivered_at is not None and moved.completed_at is None and moved.cancelled_at is None:
        moved = replace(moved, deadline_at=receipts.timer(tx, moved))
    return await tx.save(ORDERS, moved, _told(tx, moved, lines))


def _told(tx: Transaction, order: Order, lines: list[Line]) -> OrderAfterSaleChanged:
    standing = tuple(LineAfterSale(line_id=line.id, after_sale_state=line.after_sale_state) for line in lines)
    facts = orders.about(tx, order) | {"result": order.after_sale_state.value}
    return OrderAfterSaleChanged(**facts, after_sale_state=order.after_sale_state, lines=standing)
