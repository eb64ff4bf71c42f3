"""Our copies of orders, parcels and after-sale cases: their parties and states, so that no other service has to be called."""

from aftercare_chassis.database.transaction import Transaction
from aftercare_events import CaseEvent, OrderEvent, ParcelRegistered, ParcelStatusChanged

from cs_svc.domain.orders import KnownCase, KnownOrder, KnownParcel
from cs_svc.tables.orders import KNOWN_CASES, KNOWN_ORDERS, KNOWN_PARCELS


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


async def copy_parcel(tx: Transaction, event: ParcelRegistered | ParcelStatusChanged) -> None:
    """Store the parcel as it is after the event. A parcel that no courier has had does not end its way."""
    parcel = KnownParcel(
        id=event.parcel_id,
        order_id=event.order_id,
        case_id=event.case_id,
        buyer_id=event.buyer_id,
        merchant_id=event.merchant_id,
        leg=event.leg,
        carrier=event.carrier,
        ended=isinstance(event, ParcelStatusChanged) and event.terminal and event.is_scanned,
    )
    await tx.upsert(KNOWN_PARCELS, parcel)
