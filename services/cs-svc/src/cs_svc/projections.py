"""Our copies of orders and after-sale cases: their parties and states, so that no other service has to be called."""

from aftercare_chassis.database.transaction import Transaction
from aftercare_events import CaseEvent, OrderEvent

from cs_svc.domain.orders import KnownCase, KnownOrder
from cs_svc.tables.orders import KNOWN_CASES, KNOWN_ORDERS


async def copy_order(tx: Transaction, event: OrderEvent) -> None:
    """Store the order as it is after the event, whose result is the order's state."""
    order = KnownOrder(id=event.order_id, buyer_id=event.buyer_id, merchant_id=event.merchant_id, state=event.result)
    await tx.upsert(KNOWN_ORDERS, order)


async def copy_case(tx: Transaction, event: CaseEvent) -> None:
    """Store the case as it is after the event."""
    case = KnownCase(
        id=event.case_id,
        order_id=event.order_id,
        buyer_id=event.buyer_id,
        merchant_id=event.merchant_id,
        state=event.state,
        ended=event.is_terminal,
    )
    await tx.upsert(KNOWN_CASES, case)
