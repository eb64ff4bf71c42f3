"""The ears of this service: what it does when others have said something."""

from aftercare_chassis.consumer.dispatcher import Handlers
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

from order_svc.commands import cases, refund_requests, shipments

HANDLERS: Handlers = {
    AfterSaleRequested: cases.requested,
    AfterSaleRejected: cases.rejected,
    AfterSaleResumed: cases.resumed,
    AfterSaleCompleted: cases.completed,
    AfterSaleClosed: cases.ended,
    AfterSaleCancelled: cases.ended,
    DisputeOpened: cases.disputed,
    DisputeExecuted: cases.dispute_executed,
    DisputeWithdrawn: cases.dispute_withdrawn,
    RefundRequested: refund_requests.accept,
    ReturnShipped: shipments.register_return,
    ReturnWaybillCorrected: shipments.correct_return,
}
