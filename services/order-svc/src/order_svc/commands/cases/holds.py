"""The units of an order that after-sale cases keep from shipment: hold them, release them, withdraw them."""

from collections import Counter

from aftercare_chassis.database.transaction import Transaction

from order_svc.commands.orders import order_units
from order_svc.domain import fulfilment
from order_svc.domain.cases import Case
from order_svc.domain.order_units import OrderUnits
from order_svc.settings import Settings


async def hold(
    tx: Transaction[Settings], units: OrderUnits, case: Case, *, before_shipment: bool = False
) -> OrderUnits:
    """The units after the case holds those of its units that have not left, where its goods do not come back.

    `before_shipment`: the case is refunded on condition that its goods never left, whatever it was opened for.
    """
    if before_shipment:
        return units.with_units(case.id, fulfilment.hold)
    if not case.keeps_goods:
        return units
    lost = await _lost(tx, units, case)
    return units.with_units(case.id, lambda line, unit: fulfilment.hold(line, unit, lost[line.id]))


async def _lost(tx: Transaction[Settings], units: OrderUnits, case: Case) -> Counter[str]:
    """Units by line id that will not arrive and that no other case is about. Few orders have a lost parcel: the parcels
    alone are read first."""
    parcels = await order_units.read_parcels(tx, case.order_id)
    if not any(fulfilment.will_not_arrive(parcel) for parcel in fulfilment.outbound(parcels)):
        return Counter()
    return fulfilment.lost_units(await order_units.located(tx, case.order_id, units, parcels), case.id)


def release(units: OrderUnits, case: Case) -> OrderUnits:
    """The units after those that the case holds are free again, unless a refund of the case is on its way."""
    return units if case.refunding else units.with_units(case.id, fulfilment.release)


def withdraw(units: OrderUnits, case: Case) -> OrderUnits:
    """The units after a refund of the case has succeeded: those that it holds are never shipped. Goods that came back are
    not held."""
    if case.keeps_goods or any(each.held_quantity for each in units.case_lines_of(case.id)):
        return units.with_units(case.id, fulfilment.withdraw)
    return units
