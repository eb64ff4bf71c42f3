"""Parcels whose shipment is given up before their courier has them: their units may be packed and shipped again."""

from collections.abc import Sequence
from dataclasses import replace

from aftercare_chassis.database.transaction import Transaction
from aftercare_chassis.lifecycle import SystemContext
from aftercare_events import Event, OrderShipmentVoided, ShippedLine
from aftercare_events.catalogue.orders import UnpackCause

from order_svc.commands import effects
from order_svc.commands.cases import holds
from order_svc.commands.orders import order_units, packing, stock
from order_svc.commands.parcels import parcel_intercepts, parcels
from order_svc.commands.record import order_fields
from order_svc.commands.shipping import shipping_labels
from order_svc.domain import deliveries, fulfilment, tracking, voids
from order_svc.domain.cases import CaseState
from order_svc.domain.lifecycle import ORDER, OrderAction
from order_svc.domain.model import Order, OrderState
from order_svc.domain.order_units import OrderUnits
from order_svc.domain.sales import goods
from order_svc.domain.sales.stock import StockReleaseCause, changes
from order_svc.domain.tracking import Parcel, ParcelLine, ParcelStatus, Scan
from order_svc.domain.waybills import ParcelKey
from order_svc.settings import Settings
from order_svc.tables.orders import ORDER_TO_LOCK
from order_svc.tables.parcels import PARCELS
from order_svc.tables.shipping import LABEL_OF_PARCEL_LOCKED


async def void(tx: Transaction[Settings], parcel_id: str, *, cancelled_with_courier: bool) -> Parcel:
    """Give the shipment of a parcel up that no courier has. Where its waybill is of a label, the courier is asked to cancel it, and the parcel
    is voided once it agrees; with `cancelled_with_courier` at once, since the merchant has cancelled it in another way.

    Raises:
        NotFound, Stale: see `Transaction.lock`.
        ParcelScanned, ParcelNotVoidable, ParcelClaimed: see `voids.check`.
        IllegalTransition: the courier is asked already.
    """
    found = await tx.get(PARCELS, parcel_id)
    [order] = await tx.lock_all(ORDER_TO_LOCK, order_id=found.order_id)  # before its parcels, as in every command
    parcel = await tx.lock(PARCELS, parcel_id)
    voids.check(order, parcel, await order_units.located(tx, order.id, await order_units.read(tx, order.id)))
    for label in await tx.lock_all(LABEL_OF_PARCEL_LOCKED, parcel_id=parcel_id):
        if not await shipping_labels.void(tx, label, cancelled=cancelled_with_courier):
            return parcel
    return await carry_out(tx, order, parcel)


async def courier_agreed(tx: Transaction[Settings], order: Order, parcel: Parcel, courier: str) -> None:
    """The courier has cancelled a locked parcel of a locked order, which is voided, unless a case decides about its units meanwhile: then
    they have left, and do not arrive."""
    located = await order_units.located(tx, order.id, await order_units.read(tx, order.id))
    if not voids.is_claimed(parcel, located):
        await carry_out(tx, order, parcel)
        return
    scan = Scan(
        key=f"cancelled-{tx.new_id('scan')}",
        status=ParcelStatus.CANCELLED,
        occurred_at=tx.now,
        reason=tracking.CANCELLED_BY_SENDER,
        partner=courier,
    )
    key = ParcelKey(carrier=parcel.carrier, waybill_no=parcel.waybill_no, parcel_id=parcel.id)
    await parcels.apply_scans(tx, key, [scan])


async def carry_out(tx: Transaction[Settings], order: Order, parcel: Parcel) -> Parcel:
    """Void a locked parcel of a locked order. Of one that is over meanwhile nothing is shipped again."""
    voided = await parcels.withdraw(tx, parcel, tx.now, tracking.VOIDED)
    await parcel_intercepts.follow(tx, voided)
    if order.state is OrderState.SHIPPED:
        await _unship(tx, order, voided)
    return voided


async def _unship(tx: Transaction[Settings], order: Order, parcel: Parcel) -> None:
    """Have the units of the voided parcel ready to be shipped; an order of which nothing else has left is paid, and no more packed."""
    before = await order_units.read(tx, order.id)
    located = await order_units.located(tx, order.id, before)
    content = [each for each in located.contents if each.parcel_id == parcel.id]
    after = await _held_again(tx, voids.unship(located, parcel))
    await order_units.save(tx, before, after)
    sent = [each for each in located.parcels if each.id != parcel.id]
    back = _without(order, after, sent, tx)
    events = await _events(tx, order, back, parcel, content, before, after)
    await effects.advance(tx, await effects.enter(tx, order, back, *events), after)


def _without(order: Order, units: OrderUnits, sent: Sequence[Parcel], tx: Transaction[Settings]) -> Order:
    by_system = SystemContext.of(tx)
    timed = replace(order, ship_by_at=goods.next_ship_by(order, units.lines))
    if fulfilment.outbound(sent):
        return ORDER.reschedule(deliveries.expected(timed, sent), by_system)
    left = replace(packing.without_packages(timed), shipped_at=None, deliver_by_at=None, delivery_overdue_at=None)
    unshipped = ORDER.apply(left, OrderAction.UNSHIP, by_system)
    return ORDER.reschedule(unshipped, by_system)


async def _events(
    tx: Transaction[Settings],
    before: Order,
    order: Order,
    parcel: Parcel,
    content: Sequence[ParcelLine],
    units_before: OrderUnits,
    units: OrderUnits,
) -> list[Event]:
    fields = order_fields(tx, order)
    fields["applicant"] = order.merchant_id  # also where the courier has agreed later
    voided = OrderShipmentVoided(
        **fields,
        parcel_id=parcel.id,
        carrier=parcel.carrier,
        waybill_no=parcel.waybill_no,
        lines=tuple(ShippedLine(line_id=each.line_id, quantity=each.quantity) for each in content),
        shipped=order.state is OrderState.SHIPPED,
    )
    unpacked = before.packed_at is not None and order.packed_at is None
    by_id = {line.id: line for line in units.lines}
    returned = [(by_id[each.line_id], each.quantity) for each in content]
    withdrawn = changes(units_before.lines, units.lines, "withdrawn_quantity")
    return [
        voided,
        *([packing.unpacked_event(tx, order, UnpackCause.PARCEL_VOIDED)] if unpacked else []),
        await stock.reverse(tx, order, returned, parcel.id),
        *await stock.release(tx, order, withdrawn, StockReleaseCause.WITHDRAWN),
    ]


async def _held_again(tx: Transaction[Settings], units: OrderUnits) -> OrderUnits:
    """The units after each open case about goods that stay where they are holds those of its units that are with the merchant again."""
    for case in units.cases:
        if case.state is CaseState.OPEN:
            units = await holds.hold(tx, units, case)
    return units
