"""What the events of after-sale cases decide about the units of their order, once the case is copied (`projections`)."""

from aftercare_chassis.database.transaction import Transaction
from aftercare_events import (
    AfterSaleCancelled,
    AfterSaleClosed,
    AfterSaleCompleted,
    AfterSaleRejected,
    AfterSaleRequested,
    AfterSaleResumed,
    AfterSaleTypeChanged,
    OfferAccepted,
)
from aftercare_events.catalogue.cases import MoneyOutcome

from order_svc.commands.cases import holds
from order_svc.domain import fulfilment
from order_svc.domain.cases import CaseState
from order_svc.domain.model import Order, OrderState
from order_svc.domain.order_units import OrderUnits
from order_svc.settings import Settings


async def open_(tx: Transaction[Settings], order: Order, units: OrderUnits, event: AfterSaleRequested) -> OrderUnits:
    """A case was opened about some units of the order: it holds those that have not left, unless it is not about their money."""
    if order.state is OrderState.CANCELLED or event.money == MoneyOutcome.NONE:
        return units
    return await holds.hold(tx, units, units.case(event.case_id))


async def retype(
    tx: Transaction[Settings], _: Order, units: OrderUnits, event: OfferAccepted | AfterSaleTypeChanged
) -> OrderUnits:
    """The case goes on, perhaps as one of another type: it holds its units that have not left, or lets them go."""
    case = units.case(event.case_id)
    return await holds.hold(tx, units, case) if case.keeps_goods else holds.release(units, case)


async def resume(tx: Transaction[Settings], _: Order, units: OrderUnits, event: AfterSaleResumed) -> OrderUnits:
    """The case goes on after a dispute: unless as refused, it holds again its units that have not left meanwhile."""
    case = units.case(event.case_id)
    goes_on = case.state is CaseState.OPEN and not event.is_rejected and event.money != MoneyOutcome.NONE
    return await holds.hold(tx, units, case) if goes_on else units


async def complete(_tx: Transaction[Settings], _: Order, units: OrderUnits, event: AfterSaleCompleted) -> OrderUnits:
    """The case ended with its purpose; the event names the units that came back or were refunded."""
    refunded = {line.line_id: line.quantity for line in event.lines}
    released = holds.release(units, units.case(event.case_id))
    return released.with_units(
        event.case_id, lambda line, unit: (line, fulfilment.with_refunded(unit, refunded.get(line.id, 0)))
    )


async def release(
    _tx: Transaction[Settings],
    _: Order,
    units: OrderUnits,
    event: AfterSaleRejected | AfterSaleClosed | AfterSaleCancelled,
) -> OrderUnits:
    """The request was refused, or the case was closed or cancelled: the units that it held may be shipped."""
    return holds.release(units, units.case(event.case_id))
