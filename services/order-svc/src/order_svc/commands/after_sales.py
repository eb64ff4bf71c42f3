"""The after-sale state of an order and its lines, as its cases and disputes give it."""

from collections.abc import Sequence
from dataclasses import replace

from aftercare_chassis.database.transaction import Transaction
from aftercare_events import LineAfterSale, OrderAfterSaleChanged

from order_svc.commands import effects
from order_svc.commands.record import order_fields
from order_svc.domain.cases import Case, CaseState, after_sale_states, most_severe
from order_svc.domain.lifecycle import ORDER
from order_svc.domain.model import AfterSaleState, Order, OrderLine
from order_svc.settings import Settings
from order_svc.tables.cases import CASE_LINES_OF_ORDER, CASES, CASES_OF_ORDER
from order_svc.tables.orders import LINES_OF_ORDER, ORDER_LINES


async def refresh(tx: Transaction[Settings], order: Order) -> Order:
    """Compute the after-sale state of the locked order and its lines; save and publish what has changed.

    The timers of a delivered and a received order stand still while a case or dispute is open.
    """
    cases, units = await tx.all(CASES_OF_ORDER, order_id=order.id), await tx.all(CASE_LINES_OF_ORDER, order_id=order.id)
    states = after_sale_states(cases, units)
    old = await tx.all(LINES_OF_ORDER, order_id=order.id)
    lines = [replace(line, after_sale_state=states.get(line.id, AfterSaleState.NONE)) for line in old]
    changed = [line for line, before in zip(lines, old, strict=True) if line != before]
    state = most_severe(line.after_sale_state for line in lines)
    if not changed and state is order.after_sale_state:
        return order
    for line in changed:
        await tx.upsert(ORDER_LINES, line)
    return await _save(tx, order, state, lines)


async def _save(tx: Transaction[Settings], order: Order, state: AfterSaleState, lines: Sequence[OrderLine]) -> Order:
    changed = ORDER.reschedule(replace(order, after_sale_state=state), tx)
    states = tuple(LineAfterSale(line_id=line.id, after_sale_state=line.after_sale_state) for line in lines)
    event = OrderAfterSaleChanged(**order_fields(tx, changed, state), after_sale_state=state, lines=states)
    return await effects.enter(tx, order, changed, event)


async def reopen(tx: Transaction[Settings], order: Order, case: Case) -> Order:
    """A refund of the case was requested: it is open again, should it have ended; returns the locked order as it is then."""
    if case.state is CaseState.OPEN:
        return order
    await tx.upsert(CASES, replace(case, state=CaseState.OPEN))
    return await refresh(tx, order)
