"""Our copies of orders and cases: whose they are and where they stand, so that nobody has to be asked."""

from aftercare_chassis.database.transaction import Transaction
from aftercare_events import CaseEvent, OrderEvent

from cs_svc.domain.model import KnownCase, KnownOrder
from cs_svc.tables import KNOWN_CASES, KNOWN_ORDERS


async def order_moved(tx: Transaction, event: OrderEvent) -> None:
    """Remember the order as it is after the event; its result is the order's state."""
    order = KnownOrder(id=event.order_id, buyer_id=event.buyer_id, merchant_id=event.merchant_id, state=event.result)
    await tx.upsert(KNOWN_ORDERS, order)


async def case_moved(tx: Transaction, event: CaseEvent) -> None:
    """Remember the case as it is after the event."""
    case = KnownCase(
        id=event.case_id,
        order_id=event.order_id,
        buyer_id=event.buyer_id,
        merchant_id=event.merchant_id,
        state=event.state,
    )
    await tx.upsert(KNOWN_CASES, case)
