"""What is known of where the units of an order are."""

from aftercare_chassis.database.transaction import Transaction

from order_svc.domain.fulfilment import Fulfilment
from order_svc.settings import Settings
from order_svc.tables.cases import CASE_LINES_OF_ORDER, CASES_OF_ORDER
from order_svc.tables.orders import LINES_OF_ORDER
from order_svc.tables.parcels import PARCEL_LINES_OF_ORDER, PARCELS_OF_ORDER


async def read_fulfilment(tx: Transaction[Settings], order_id: str) -> Fulfilment:
    """Where the units of the locked order are: what commands decide about its end by."""
    return Fulfilment(
        lines=await tx.all(LINES_OF_ORDER, order_id=order_id),
        parcels=await tx.all(PARCELS_OF_ORDER, order_id=order_id),
        contents=await tx.all(PARCEL_LINES_OF_ORDER, order_id=order_id),
        cases=await tx.all(CASES_OF_ORDER, order_id=order_id),
        case_lines=await tx.all(CASE_LINES_OF_ORDER, order_id=order_id),
    )
