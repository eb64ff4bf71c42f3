"""Movements of stock: kept for reading, and published with the change of the order that caused them."""

from collections import Counter

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.lifecycle import SystemContext
from aftercare_chassis.records import replace
from aftercare_events import ReplacementShipped, ReturnInspected
from aftercare_events.catalogue.cases import GoodsOutcome
from aftercare_events.catalogue.stock import (
    ReturnedStockLine,
    StockCommitmentReversed,
    StockCommitted,
    StockLine,
    StockReplaced,
    StockReservationReleased,
    StockReturned,
)

from order_svc.commands.record import order_fields
from order_svc.domain import packing
from order_svc.domain.lifecycle import ORDER
from order_svc.domain.model import Order, OrderState
from order_svc.domain.order_units import OrderUnits
from order_svc.domain.sales import goods, stock
from order_svc.domain.sales.stock import StockMovement, StockMovementKind, StockReleaseCause, Units
from order_svc.settings import Settings
from order_svc.tables.orders import LINES_OF_ORDER, ORDERS
from order_svc.tables.stock import RETURNED_OF_CASE, STOCK_MOVEMENTS


async def reserve(tx: Transaction[Settings], order: Order, units: Units) -> None:
    """Reserve units of a new order, whose OrderCreated states them."""
    await _keep(tx, order, StockMovementKind.RESERVED, units)


async def release(
    tx: Transaction[Settings], order: Order, units: Units, cause: StockReleaseCause
) -> list[StockReservationReleased]:
    """Release reserved units that will not be shipped; the event to record with the change of the locked order."""
    await _keep(tx, order, StockMovementKind.RELEASED, units, cause=cause)
    return [StockReservationReleased(**order_fields(tx, order), lines=_lines(units), cause=cause)] if units else []


async def release_rest(tx: Transaction[Settings], order: Order) -> list[StockReservationReleased]:
    """Release what a cancelled order had still reserved."""
    lines = await tx.all(LINES_OF_ORDER, order_id=order.id)
    return await release(tx, order, stock.still_reserved(lines), StockReleaseCause.CANCELLED)


async def commit(
    tx: Transaction[Settings], order: Order, units: Units, parcel_id: str | None = None
) -> list[StockCommitted]:
    """Reserved units have left; the event to record with the change of the locked order."""
    await _keep(tx, order, StockMovementKind.COMMITTED, units, parcel_id=parcel_id)
    return [StockCommitted(**order_fields(tx, order), lines=_lines(units), parcel_id=parcel_id)] if units else []


async def reverse(tx: Transaction[Settings], order: Order, units: Units, parcel_id: str) -> StockCommitmentReversed:
    """Units of a voided parcel are reserved again; the event to record with the change of the locked order."""
    await _keep(tx, order, StockMovementKind.REVERSED, units, parcel_id=parcel_id)
    return StockCommitmentReversed(**order_fields(tx, order), lines=_lines(units), parcel_id=parcel_id)


async def release_withdrawn(tx: Transaction[Settings], order: Order, before: OrderUnits, after: OrderUnits) -> Order:
    """Release the units of the locked order that were withdrawn, and take them out of its packages; those of a cancelled order were released
    with it. The order as saved."""
    units = stock.changes(before.lines, after.lines, "withdrawn_quantity")
    if not units or order.state is OrderState.CANCELLED:
        return order
    packages = None if order.packages is None else packing.shippable_only(order.packages, after.lines)
    timed = replace(order, ship_by_at=goods.next_ship_by(order, after.lines), packages=packages)
    released = await release(tx, order, units, StockReleaseCause.WITHDRAWN)
    return await tx.save(ORDERS, ORDER.reschedule(timed, SystemContext.of(tx)), *released)


async def take_back(tx: Transaction[Settings], event: ReturnInspected) -> None:
    """An inspection has accepted returned units. Of a case that is inspected again, only what is accepted more is counted.

    Raises:
        NotFound: there is no such order.
    """
    order = await tx.lock(ORDERS, event.order_id)
    by_id = {line.id: line for line in await tx.all(LINES_OF_ORDER, order_id=order.id)}
    known = Counter[str]()
    for each in await tx.all(RETURNED_OF_CASE, order_id=order.id, case_id=event.case_id):
        known[each.line_id] += each.quantity
    fresh = [
        (by_id[each.line_id], each.accepted - known[each.line_id], each.grade)
        for each in event.lines
        if each.line_id in by_id and each.accepted > known[each.line_id]
    ]
    if not fresh:
        return
    for line, units, grade in fresh:
        await _keep(tx, order, StockMovementKind.RETURNED, [(line, units)], case_id=event.case_id, grade=grade)
    lines = tuple(ReturnedStockLine(line_id=line.id, sku=line.sku, quantity=n, grade=grade) for line, n, grade in fresh)
    await tx.save(ORDERS, order, StockReturned(**order_fields(tx, order), case_id=event.case_id, lines=lines))


def _lines(units: Units) -> tuple[StockLine, ...]:
    return tuple(StockLine(line_id=line.id, sku=line.sku, quantity=quantity) for line, quantity in units)


async def replace_units(tx: Transaction[Settings], order: Order, event: ReplacementShipped, parcel_id: str) -> None:
    """Units have left in exchange for others, perhaps of another article; the order is locked."""
    by_id = {line.id: line for line in await tx.all(LINES_OF_ORDER, order_id=order.id)}
    sent = [
        (replace(by_id[each.line_id], sku=each.sku or by_id[each.line_id].sku), each.quantity)
        for each in event.lines
        if each.line_id in by_id
    ]
    if event.goods_outcome != GoodsOutcome.EXCHANGE or not sent:
        return
    await _keep(tx, order, StockMovementKind.REPLACED, sent, case_id=event.case_id, parcel_id=parcel_id)
    replaced = {"case_id": event.case_id, "lines": _lines(sent), "parcel_id": parcel_id}
    await tx.save(ORDERS, order, StockReplaced(**order_fields(tx, order), **replaced))


async def _keep(
    tx: Transaction[Settings],
    order: Order,
    kind: StockMovementKind,
    units: Units,
    *,
    cause: StockReleaseCause | None = None,
    parcel_id: str | None = None,
    case_id: str | None = None,
    grade: str | None = None,
) -> None:
    moved = [
        StockMovement(
            id=tx.new_id("stock"),
            order_id=order.id,
            line_id=line.id,
            merchant_id=order.merchant_id,
            sku=line.sku,
            kind=kind,
            quantity=quantity,
            moved_at=tx.now,
            cause=cause,
            parcel_id=parcel_id,
            case_id=case_id,
            grade=grade,
        )
        for line, quantity in units
    ]
    await tx.insert(STOCK_MOVEMENTS, *moved)
