"""What happens to cases when their order moves."""

from aftercare_chassis.database.transaction import Transaction
from aftercare_events import AfterSaleClosed, OrderCancelled, OrderShipped

from aftersale_svc import projections
from aftersale_svc.commands import effects, stages
from aftersale_svc.commands.record import about
from aftersale_svc.domain import lifecycle
from aftersale_svc.domain.codes import CloseCause
from aftersale_svc.domain.lifecycle import Action
from aftersale_svc.domain.model import Case
from aftersale_svc.tables.cases import CASES, LIVE_CASES_OF
from aftersale_svc.tables.orders import ORDER_TO_HOLD


async def shipped(tx: Transaction, event: OrderShipped) -> None:
    """A parcel has left: a case that was opened before shipment may find its units in it."""
    await projections.order_shipped(tx, event)
    order = await tx.one(ORDER_TO_HOLD, order_id=event.order_id)
    if order is not None:
        await stages.restage(tx, order)


async def cancelled(tx: Transaction, event: OrderCancelled) -> None:
    """The order's money goes back with it: its cases end, but for those that wait for a refund or a verdict."""
    await projections.order_moved(tx, event)
    order = await tx.one(ORDER_TO_HOLD, order_id=event.order_id)
    for row in await tx.all(LIVE_CASES_OF, order_id=event.order_id):
        case = await tx.lock(CASES, row["id"])
        if order is not None and lifecycle.ends_with(order, case):
            await end_case(tx, case)


async def end_case(tx: Transaction, case: Case, note: str | None = None) -> Case:
    """The case ends with its cancelled order."""
    ended = lifecycle.end_with_order(case, tx)
    told = AfterSaleClosed(**about(tx, ended), cause=CloseCause.ORDER_CANCELLED)
    return await effects.enter(tx, ended, Action.END_WITH_ORDER, told, note=note)
