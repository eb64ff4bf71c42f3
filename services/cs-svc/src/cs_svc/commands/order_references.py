"""References to orders and after-sale cases, resolved by our copies of them."""

from aftercare_chassis.database.transaction import Transaction

from cs_svc.domain.errors import CaseUnknown, OrderUnknown
from cs_svc.domain.orders import KnownCase, OrderReference
from cs_svc.tables.orders import KNOWN_CASES, KNOWN_ORDERS, LOCK_CASE, LOCK_ORDER


async def resolve(tx: Transaction, order_id: str | None, case_id: str | None) -> OrderReference | None:
    """The case where one is named, else the order, else None.

    Raises:
        CaseUnknown: there is no such case, or the actor may not see it.
        OrderUnknown: likewise of the order.
        CaseOfOtherOrder: both are named and do not belong together.
    """
    if case_id is not None:
        return OrderReference.to_case(await get_case(tx, case_id), order_id)
    if order_id is None:
        return None
    order = await tx.find(KNOWN_ORDERS, order_id)
    if order is None:
        raise OrderUnknown(pointer="/order_id", awaits=order_id)
    return OrderReference.to_order(order)


async def get_case(tx: Transaction, case_id: str) -> KnownCase:
    """Our copy of the case. Raises: CaseUnknown, also where the actor may not see it."""
    found = await tx.find(KNOWN_CASES, case_id)
    if found is None:
        raise CaseUnknown(pointer="/case_id", awaits=case_id)
    return found


async def lock(tx: Transaction, reference: OrderReference) -> None:
    """Lock our copy of the case or order, so that decisions about it are taken one after the other."""
    if reference.case_id is not None:
        await tx.one(LOCK_CASE, id=reference.case_id)
    else:
        await tx.one(LOCK_ORDER, id=reference.order_id)
