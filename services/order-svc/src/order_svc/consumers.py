"""The events of other services that this service handles: first our copy, then what follows for the order."""

from aftercare_chassis.consumer.dispatcher import Handlers
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
    RefundRequested,
    ReturnShipped,
    ReturnWaybillCorrected,
)

from order_svc import projections
from order_svc.commands import cases, refund_requests, shipments
from order_svc.settings import Settings


async def case_requested(tx: Transaction[Settings], event: AfterSaleRequested) -> None:
    """Copy the case, then hold its units."""
    await projections.case_requested(tx, event)
    await cases.open_(tx, event)


async def case_rejected(tx: Transaction[Settings], event: AfterSaleRejected) -> None:
    """Release the units of the case."""
    await projections.case_continued(tx, event)
    await cases.reject(tx, event)


async def case_resumed(tx: Transaction[Settings], event: AfterSaleResumed) -> None:
    """Hold the units of the case again."""
    await projections.case_continued(tx, event)
    await cases.resume(tx, event)


async def case_completed(tx: Transaction[Settings], event: AfterSaleCompleted) -> None:
    """Copy the end of the case, then record which units it refunded; the order may be over."""
    await projections.case_completed(tx, event)
    await cases.complete(tx, event)


async def case_ended(tx: Transaction[Settings], event: AfterSaleClosed | AfterSaleCancelled) -> None:
    """Copy the end of the case, then release its units."""
    await projections.case_ended(tx, event)
    await cases.end(tx, event)


async def dispute_changed(tx: Transaction[Settings], event: DisputeOpened | DisputeExecuted | DisputeWithdrawn) -> None:
    """Copy the state of the dispute, then show it with the order."""
    await projections.dispute_changed(tx, event)
    await cases.follow_dispute(tx, event)


HANDLERS: Handlers[Settings] = {
    AfterSaleRequested: case_requested,
    AfterSaleRejected: case_rejected,
    AfterSaleResumed: case_resumed,
    AfterSaleCompleted: case_completed,
    AfterSaleClosed: case_ended,
    AfterSaleCancelled: case_ended,
    DisputeOpened: dispute_changed,
    DisputeExecuted: dispute_changed,
    DisputeWithdrawn: dispute_changed,
    RefundRequested: refund_requests.accept,
    ReturnShipped: shipments.register_return,
    ReturnWaybillCorrected: shipments.correct_return,
}
