"""The after-sale state of an order and its lines, as its cases and disputes give it."""

from collections.abc import Sequence
from dataclasses import replace

from aftercare_chassis.database.transaction import Transaction
from aftercare_events import LineAfterSale, OrderAfterSaleChanged

from order_svc.commands import effects
from order_svc.commands.orders import order_units
from order_svc.commands.record import order_fields
from order_svc.domain.cases import after_sale_states, most_severe
from order_svc.domain.lifecycle import ORDER
from order_svc.domain.model import AfterSaleState, Order, OrderLine
from order_svc.domain.order_units import OrderUnits
from order_svc.settings import Settings
from order_svc.tables.orders import ORDERS


async def lock(tx: Transaction[Settings], order_id: str) -> tuple[Order, OrderUnits]:
    """The locked order and its units. Raises: NotFound where there is no such order."""
    order = await tx.lock(ORDERS, order_id)
    return order, await order_units.read(tx, order.id)


async def save(tx: Transaction[Settings], order: Order, before: OrderUnits, after: OrderUnits) -> Order:
    """Save the changed units of the locked order, with the after-sale states that its cases give to it and its lines; publish
    these where they have changed. Returns the order as it is then.

    The timers of a delivered and a received order stand still while a case or dispute is open.
    """
    states = after_sale_states(after.cases, after.case_lines)
    lines = [replace(line, after_sale_state=states.get(line.id, AfterSaleState.NONE)) for line in after.lines]
    await order_units.save(tx, before, replace(after, lines=lines))
    state = most_severe(line.after_sale_state for line in lines)
    if state is order.after_sale_state and _states(lines) == _states(before.lines):
        return order
    return await _publish(tx, order, state, lines)


def _states(lines: Sequence[OrderLine]) -> dict[str, AfterSaleState]:
    return {line.id: line.after_sale_state for line in lines}


async def _publish(tx: Transaction[Settings], order: Order, state: AfterSaleState, lines: Sequence[OrderLine]) -> Order:
    changed = ORDER.reschedule(replace(order, after_sale_state=state), tx)
    states = tuple(LineAfterSale(line_id=line.id, after_sale_state=line.after_sale_state) for line in lines)
    event = OrderAfterSaleChanged(**order_fields(tx, changed, state), after_sale_state=state, lines=states)
    return await effects.enter(tx, order, changed, event)
