"""The ears of cs-svc, on one screen."""

from aftercare_chassis.consumer.dispatcher import Handlers
from aftercare_chassis.database.transaction import Transaction
from aftercare_events import (
    CaseEvent,
    DisputeExecuted,
    DisputeOpened,
    DisputeWithdrawn,
    OrderCancelled,
    OrderCompleted,
    OrderCreated,
    OrderDelivered,
    OrderPaid,
    OrderReceiptConfirmed,
    OrderShipped,
)

from cs_svc import projections
from cs_svc.commands import complaints, notices


async def case_moved(tx: Transaction, event: CaseEvent) -> None:
    """A case moved: remember where it stands, then tell those who talk about it."""
    await projections.case_moved(tx, event)
    await notices.case_moved(tx, event)


_ORDERS: Handlers = {
    OrderCreated: projections.order_moved,
    OrderPaid: projections.order_moved,
    OrderShipped: projections.order_moved,
    OrderDelivered: projections.order_moved,
    OrderReceiptConfirmed: projections.order_moved,
    OrderCancelled: projections.order_moved,
    OrderCompleted: projections.order_moved,
}
FACTS: Handlers = {**_ORDERS, **dict.fromkeys(notices.CODES, projections.case_moved)}
"""What makes our copies of orders and cases, and nothing else."""

HANDLERS: Handlers = {
    **_ORDERS,
    **dict.fromkeys(notices.CODES, case_moved),
    DisputeOpened: complaints.follow_dispute,
    DisputeExecuted: complaints.dispute_executed,
    DisputeWithdrawn: complaints.dispute_withdrawn,
}
