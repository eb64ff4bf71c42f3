"""What cases do to the units of the locked order: hold them, let them go, withdraw them for good."""

from collections import Counter
from collections.abc import Callable

from aftercare_chassis.database.transaction import Transaction

from order_svc.domain import fulfilment
from order_svc.domain.fulfilment import Goods
from order_svc.domain.model import Case, CaseLine, Line
from order_svc.tables.cases import CASE_LINES, CASE_LINES_OF, CASES_OF
from order_svc.tables.orders import LINES, LINES_OF
from order_svc.tables.parcels import CONTENTS_OF_ORDER, PARCELS_OF_ORDER

Change = Callable[[Line, CaseLine], tuple[Line, CaseLine]]


async def hold(tx: Transaction, case: Case, *, before_shipment: bool = False) -> list[CaseLine]:
    """Keep from shipment what the case is about and has not left, where its goods do not come back; the case's lines.

    `before_shipment`: the case is refunded because its goods never left, whatever it was opened for.
    """
    if before_shipment:
        return await change(tx, case, fulfilment.hold)
    if not fulfilment.keeps_goods(case):
        return []
    lost = await _lost(tx, case)
    return await change(tx, case, lambda line, unit: fulfilment.hold(line, unit, lost[line.id]))


async def _lost(tx: Transaction, case: Case) -> Counter[str]:
    """Units by line that will not arrive and that no other case is about. Hardly any order has a parcel that was lost."""
    parcels = await tx.all(PARCELS_OF_ORDER, order_id=case.order_id)
    if not any(fulfilment.ended_otherwise(parcel) for parcel in fulfilment.outbound(parcels)):
        return Counter()
    return fulfilment.lost_units(await goods(tx, case.order_id), case.id)


async def withdraw(tx: Transaction, case: Case) -> None:
    """The case's refund has succeeded: what it holds is never shipped. Goods that came back are not held."""
    units = [each for each in await tx.all(CASE_LINES_OF, order_id=case.order_id) if each.case_id == case.id]
    if fulfilment.keeps_goods(case) or any(each.held_quantity for each in units):
        await change(tx, case, fulfilment.refund)


async def goods(tx: Transaction, order_id: str) -> Goods:
    """Where the units of the locked order are."""
    return Goods(
        lines=await tx.all(LINES_OF, order_id=order_id),
        parcels=await tx.all(PARCELS_OF_ORDER, order_id=order_id),
        contents=await tx.all(CONTENTS_OF_ORDER, order_id=order_id),
        cases=await tx.all(CASES_OF, order_id=order_id),
        case_lines=await tx.all(CASE_LINES_OF, order_id=order_id),
    )


async def release(tx: Transaction, case: Case) -> None:
    """Let the case's units be shipped again, unless a refund of them is on its way."""
    if not case.refunding:
        await change(tx, case, fulfilment.release)


async def change(tx: Transaction, case: Case, by: Change) -> list[CaseLine]:
    """Change each line of the case together with the order's line that it is about; the case's lines."""
    lines = {line.id: line for line in await tx.all(LINES_OF, order_id=case.order_id)}
    changed: list[CaseLine] = []
    for old in await tx.all(CASE_LINES_OF, order_id=case.order_id):
        if old.case_id != case.id:
            continue
        line, new = by(lines[old.line_id], old)
        if new != old:
            await tx.upsert(LINES, line)
            await tx.upsert(CASE_LINES, new)
        changed.append(new)
    return changed
