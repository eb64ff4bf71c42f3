"""Reading and saving the units of an order, under its lock."""

from collections.abc import Sequence
from operator import attrgetter
from typing import TypeVar

from aftercare_chassis.database.mapping import Rows
from aftercare_chassis.database.transaction import Transaction

from order_svc.domain.fulfilment import Fulfilment
from order_svc.domain.order_units import OrderUnits
from order_svc.domain.tracking import Parcel
from order_svc.settings import Settings
from order_svc.tables.cases import CASE_LINES, CASES, UNITS_OF_ORDER
from order_svc.tables.orders import ORDER_LINES
from order_svc.tables.parcels import PARCEL_LINES_OF_ORDER, PARCELS_OF_ORDER

R = TypeVar("R")


async def read(tx: Transaction[Settings], order_id: str) -> OrderUnits:
    """The units of the locked order."""
    [found] = await tx.all(UNITS_OF_ORDER, order_id=order_id)
    return found


async def read_parcels(tx: Transaction[Settings], order_id: str) -> list[Parcel]:
    """The parcels of the order."""
    return await tx.all(PARCELS_OF_ORDER, order_id=order_id)


async def located(
    tx: Transaction[Settings], order_id: str, units: OrderUnits, parcels: Sequence[Parcel] | None = None
) -> Fulfilment:
    """The units of the locked order with the parcels in which they were sent, which are read unless they are given."""
    return Fulfilment(
        lines=units.lines,
        cases=units.cases,
        case_lines=units.case_lines,
        parcels=await read_parcels(tx, order_id) if parcels is None else parcels,
        contents=await tx.all(PARCEL_LINES_OF_ORDER, order_id=order_id),
    )


async def save(tx: Transaction[Settings], before: OrderUnits, after: OrderUnits) -> None:
    """Insert the cases that are new, and save what differs from `before`."""
    await _save(tx, CASES, before.cases, after.cases)
    await _save(tx, ORDER_LINES, before.lines, after.lines)
    await _save(tx, CASE_LINES, before.case_lines, after.case_lines)


async def _save(tx: Transaction[Settings], rows: Rows[R], before: Sequence[R], after: Sequence[R]) -> None:
    key = attrgetter(*rows.key)
    stored = {key(row): row for row in before}
    for row in after:
        if key(row) not in stored:
            await tx.insert(rows, row)
        elif row != stored[key(row)]:
            await tx.upsert(rows, row)
