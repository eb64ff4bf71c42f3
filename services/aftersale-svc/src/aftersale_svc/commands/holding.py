"""Locks on a case and its order, in the order that this package's docstring states."""

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.refusals import NotFound

from aftersale_svc.domain.model import Case, Order
from aftersale_svc.tables.cases import CASES
from aftersale_svc.tables.disputes import CASE_TO_HOLD, DISPUTES
from aftersale_svc.tables.orders import ORDER_OF_CASE, ORDER_OF_DISPUTE


async def case_and_order(tx: Transaction, case_id: str) -> tuple[Case, Order]:
    """The case and its order, both locked. NotFound where this actor sees no such case; Stale as by `tx.lock`."""
    order = await tx.one(ORDER_OF_CASE, case_id=case_id)
    if order is None:
        raise NotFound(what=CASES.name)
    return await tx.lock(CASES, case_id), order


async def disputed_case_and_order(tx: Transaction, dispute_id: str) -> tuple[Case, Order]:
    """The case of a dispute and its order, both locked, so that the dispute can be locked next. NotFound."""
    order = await tx.one(ORDER_OF_DISPUTE, dispute_id=dispute_id)
    case = await tx.one(CASE_TO_HOLD, dispute_id=dispute_id)
    if order is None or case is None:
        raise NotFound(what=DISPUTES.name)
    return case, order
