"""The units of an order that after-sale cases keep from shipment: hold them, release them, withdraw them."""

from collections import Counter
from collections.abc import Callable

from aftercare_chassis.database.transaction import Transaction

from order_svc.commands.fulfilment_facts import read_fulfilment
from order_svc.domain import fulfilment
from order_svc.domain.cases import Case, CaseLine
from order_svc.domain.model import OrderLine
from order_svc.settings import Settings
from order_svc.tables.cases import CASE_LINES, CASE_LINES_OF_ORDER
from order_svc.tables.orders import LINES_OF_ORDER, ORDER_LINES
from order_svc.tables.parcels import PARCELS_OF_ORDER

Change = Callable[[OrderLine, CaseLine], tuple[OrderLine, CaseLine]]


async def hold(tx: Transaction[Settings], case: Case, *, before_shipment: bool = False) -> list[CaseLine]:
    """Hold the units of the case that have not left, where its goods do not come back; returns the case's lines.

    `before_shipment`: the case is refunded on condition that its goods never left, whatever it was opened for.
    """
    if before_shipment:
        return await change(tx, case, fulfilment.hold)
    if not case.keeps_goods:
        return []
    lost = await _lost(tx, case)
    return await change(tx, case, lambda line, unit: fulfilment.hold(line, unit, lost[line.id]))


async def _lost(tx: Transaction[Settings], case: Case) -> Counter[str]:
    """Units by line id that will not arrive and that no other case is about. Few orders have a lost parcel: the parcels
    alone are read first."""
    parcels = await tx.all(PARCELS_OF_ORDER, order_id=case.order_id)
    if not any(fulfilment.will_not_arrive(parcel) for parcel in fulfilment.outbound(parcels)):
        return Counter()
    return fulfilment.lost_units(await read_fulfilment(tx, case.order_id), case.id)


async def release(tx: Transaction[Settings], case: Case) -> None:
    """Free the units that the case holds, unless a refund of the case is on its way."""
    if not case.refunding:
        await change(tx, case, fulfilment.release)


async def withdraw(tx: Transaction[Settings], case: Case) -> None:
    """The case's refund has succeeded: the units that it holds are never shipped. Goods that came back are not held."""
    units = [each for each in await tx.all(CASE_LINES_OF_ORDER, order_id=case.order_id) if each.case_id == case.id]
    if case.keeps_goods or any(each.held_quantity for each in units):
        await change(tx, case, fulfilment.withdraw)


async def change(tx: Transaction[Settings], case: Case, by: Change) -> list[CaseLine]:
    """Apply `by` to each line of the case and the order's line that it is about; returns the case's lines."""
    lines = {line.id: line for line in await tx.all(LINES_OF_ORDER, order_id=case.order_id)}
    changed: list[CaseLine] = []
    for old in await tx.all(CASE_LINES_OF_ORDER, order_id=case.order_id):
        if old.case_id != case.id:
            continue
        line, new = by(lines[old.line_id], old)
        if new != old:
            await tx.upsert(ORDER_LINES, line)
            await tx.upsert(CASE_LINES, new)
        changed.append(new)
    return changed
