"""The stage of a case opened before shipment, once units of it have left after all."""

from dataclasses import replace

from aftercare_chassis.database.transaction import Transaction
from aftercare_events import AfterSaleRestaged, OrderShipped

from aftersale_svc.commands import effects, locking
from aftersale_svc.commands.record import event_fields
from aftersale_svc.domain.cases.full_case import FullCase
from aftersale_svc.domain.cases.model import Case
from aftersale_svc.domain.money.freight import estimated
from aftersale_svc.domain.money.holds import cases_with_shipped_units, have_left
from aftersale_svc.domain.orders.model import Order, Stage
from aftersale_svc.settings import Settings
from aftersale_svc.tables.holds import HOLDS_OF_ORDER
from aftersale_svc.tables.locks import ORDER_TO_LOCK

RESTAGE = "restage"
"""The step in the timeline. It leaves the state as it is, so no lifecycle table has it."""


async def order_shipped(tx: Transaction[Settings], event: OrderShipped) -> None:
    """Restage the cases opened before shipment whose units may be in the parcel that has left."""
    order = await tx.one(ORDER_TO_LOCK, order_id=event.order_id)
    if order is not None:
        await restage(tx, order)


async def restage(tx: Transaction[Settings], order: Order) -> None:
    """Set the stage of those cases of the locked order of which units have left; not while a refund is in flight."""
    holds = await tx.all(HOLDS_OF_ORDER, order_id=order.id)
    gone = cases_with_shipped_units(holds)
    now = [replace(hold, stage=Stage.IN_TRANSIT) if hold.case_id in gone else hold for hold in holds]
    for case_id in sorted(gone):
        full = await locking.case(tx, case_id)
        case = estimated(order, left(tx, full).case, full.lines, now)
        await effects.save(tx, full, replace(full, case=case), RESTAGE, restaged_event(tx, case))


async def came_back(tx: Transaction[Settings], full: FullCase) -> FullCase:
    """The case whose goods were inspected: they had left, where at least as many units of each line were shipped.

    Otherwise they are refunded as goods that never left, and order-svc keeps them from leaving.
    """
    if full.case.stage is not Stage.PRE_SHIP:
        return full
    holds = await tx.all(HOLDS_OF_ORDER, order_id=full.case.order_id)
    return left(tx, full) if have_left(holds, full.case.id) else full


def left(tx: Transaction[Settings], full: FullCase) -> FullCase:
    """The case once its units are on their way."""
    return replace(full, case=replace(full.case, stage=Stage.IN_TRANSIT, updated_at=tx.now))


def restaged_event(tx: Transaction[Settings], case: Case) -> AfterSaleRestaged:
    """The event of a case that was before shipment."""
    return AfterSaleRestaged(**event_fields(tx, case), previous_stage=Stage.PRE_SHIP, stage=case.stage)
