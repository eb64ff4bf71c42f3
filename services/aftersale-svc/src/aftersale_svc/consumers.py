"""The ears of aftersale-svc, on one screen."""

from aftercare_chassis.consumer.dispatcher import Handlers
from aftercare_events import (
    ComplaintOpened,
    OrderCancelled,
    OrderCompleted,
    OrderCreated,
    OrderDelivered,
    OrderPaid,
    OrderReceiptConfirmed,
    OrderShipped,
    ParcelStatusChanged,
    RefundFailed,
    RefundSucceeded,
)

from aftersale_svc import projections
from aftersale_svc.commands import disputes, orders, refunds, returns

FACTS: Handlers = {
    OrderCreated: projections.order_created,
    OrderPaid: projections.order_paid,
    OrderShipped: projections.order_shipped,
    OrderDelivered: projections.order_moved,
    OrderReceiptConfirmed: projections.receipt_confirmed,
    OrderCompleted: projections.order_moved,
    OrderCancelled: projections.order_moved,
}
"""What makes our copy of the orders, and nothing else."""

HANDLERS: Handlers = {
    **FACTS,
    OrderShipped: orders.shipped,
    OrderCancelled: orders.cancelled,
    ParcelStatusChanged: returns.follow_parcel,
    RefundSucceeded: refunds.finish,
    RefundFailed: refunds.fail,
    ComplaintOpened: disputes.open_,
}
