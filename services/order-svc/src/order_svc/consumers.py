"""The events of other services that this service handles."""

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

from order_svc import projections
from order_svc.commands import refund_requests, shipments
from order_svc.settings import Settings

HANDLERS: Handlers[Settings] = {
    AfterSaleRequested: projections.case_requested,
    AfterSaleRejected: projections.case_rejected,
    AfterSaleResumed: projections.case_resumed,
    AfterSaleCompleted: projections.case_completed,
    AfterSaleClosed: projections.case_ended,
    AfterSaleCancelled: projections.case_ended,
    DisputeOpened: projections.dispute_opened,
    DisputeExecuted: projections.dispute_executed,
    DisputeWithdrawn: projections.dispute_withdrawn,
    RefundRequested: refund_requests.accept,
    ReturnShipped: shipments.register_return,
    ReturnWaybillCorrected: shipments.correct_return,
}
