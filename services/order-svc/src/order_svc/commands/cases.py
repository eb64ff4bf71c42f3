"""What the events of after-sale cases and disputes change for their order, once they are copied (`projections`)."""

from aftercare_chassis.database.transaction import Transaction
from aftercare_events import (
    AfterSaleCancelled,
    AfterSaleClosed,
    AfterSaleCompleted,
    AfterSaleRejected,
    AfterSaleRequested,
    AfterSaleResumed,
    DisputeEvent,
)

from order_svc.commands import after_sales, effects, holds
from order_svc.domain import fulfilment
from order_svc.domain.cases import CaseState
from order_svc.domain.model import OrderState
from order_svc.settings import Settings
from order_svc.tables.cases import CASES
from order_svc.tables.orders import ORDERS


async def open_(tx: Transaction[Settings], event: AfterSaleRequested) -> None:
    """A case was opened about some units of an order: it holds those that have not left.

    Raises:
        NotFound: there is no such order, or no copy of the case.
    """
    order = await tx.lock(ORDERS, event.order_id)
    if order.state is not OrderState.CANCELLED:
        await holds.hold(tx, await tx.get(CASES, event.case_id))
    await after_sales.refresh(tx, order)


async def reject(tx: Transaction[Settings], event: AfterSaleRejected) -> None:
    """The request was refused: its units may be shipped.

    Raises:
        NotFound: there is no such order, or no copy of the case.
    """
    await tx.lock(ORDERS, event.order_id)
    await holds.release(tx, await tx.get(CASES, event.case_id))


async def resume(tx: Transaction[Settings], event: AfterSaleResumed) -> None:
    """The case goes on after a dispute: unless as refused, it holds again its units that have not left meanwhile.

    Raises:
        NotFound: there is no such order, or no copy of the case.
    """
    await tx.lock(ORDERS, event.order_id)
    case = await tx.get(CASES, event.case_id)
    if case.state is CaseState.OPEN and not event.is_rejected:
        await holds.hold(tx, case)


async def complete(tx: Transaction[Settings], event: AfterSaleCompleted) -> None:
    """The case ended with its purpose; the event names the units that came back or were refunded.

    Raises:
        NotFound: there is no such order, or no copy of the case.
    """
    order = await tx.lock(ORDERS, event.order_id)
    case = await tx.get(CASES, event.case_id)
    refunded = {line.line_id: line.quantity for line in event.lines}
    await holds.release(tx, case)
    await holds.change(tx, case, lambda line, unit: (line, fulfilment.with_refunded(unit, refunded.get(line.id, 0))))
    await effects.advance(tx, await after_sales.refresh(tx, order))


async def end(tx: Transaction[Settings], event: AfterSaleClosed | AfterSaleCancelled) -> None:
    """The case was closed or cancelled: the units that it held may be shipped.

    Raises:
        NotFound: there is no such order, or no copy of the case.
    """
    order = await tx.lock(ORDERS, event.order_id)
    await holds.release(tx, await tx.get(CASES, event.case_id))
    await after_sales.refresh(tx, order)


async def follow_dispute(tx: Transaction[Settings], event: DisputeEvent) -> None:
    """A dispute has stopped the case or has ended: the order shows it.

    Raises:
        NotFound: there is no such order.
    """
    await after_sales.refresh(tx, await tx.lock(ORDERS, event.order_id))
