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

from order_svc.commands import cases, refund_requests, shipments
from order_svc.settings import Settings

HANDLERS: Handlers[Settings] = {
    AfterSaleRequested: cases.register,
    AfterSaleRejected: cases.reject,
    AfterSaleResumed: cases.resume,
    AfterSaleCompleted: cases.complete,
    AfterSaleClosed: cases.end,
    AfterSaleCancelled: cases.end,
    DisputeOpened: cases.open_dispute,
    DisputeExecuted: cases.execute_dispute,
    DisputeWithdrawn: cases.withdraw_dispute,
    RefundRequested: refund_requests.accept,
    ReturnShipped: shipments.register_return,
    ReturnWaybillCorrected: shipments.correct_return,
}
