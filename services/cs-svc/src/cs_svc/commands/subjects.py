"""What something is about: an order or a case of this actor, out of our copies."""

from aftercare_chassis.database.transaction import Transaction

from cs_svc.domain import policy
from cs_svc.domain.errors import CaseUnknown, OrderUnknown
from cs_svc.domain.model import KnownCase, Subject
from cs_svc.tables import HOLD_CASE, HOLD_ORDER, KNOWN_CASES, KNOWN_ORDERS


async def find(tx: Transaction, order_id: str | None, case_id: str | None) -> Subject | None:
    """The case where one is named, else the order, else None; CaseUnknown and OrderUnknown hide foreign ones too."""
    if case_id is not None:
        return policy.about_case(await case(tx, case_id), order_id)
    if order_id is None:
        return None
    order = await tx.find(KNOWN_ORDERS, order_id)
    if order is None:
        raise OrderUnknown(pointer="/order_id", awaits=order_id)
    return policy.about_order(order)


async def case(tx: Transaction, case_id: str) -> KnownCase:
    """Our copy of the case that this actor may see, else CaseUnknown."""
    found = await tx.find(KNOWN_CASES, case_id)
    if found is None:
        raise CaseUnknown(pointer="/case_id", awaits=case_id)
    return found


async def hold(tx: Transaction, subject: Subject) -> None:
    """Let nobody else decide anything about this subject until the end of the transaction."""
    if subject.case_id is not None:
        await tx.one(HOLD_CASE, id=subject.case_id)
    else:
        await tx.one(HOLD_ORDER, id=subject.order_id)
